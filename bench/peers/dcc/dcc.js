// @pathcheck/dcc-sdk beside our engine. Usage: node dcc.js check|make|bench FILE, FILE being JSON; answers in lines on the standard output.
//   check: {certificates: {kid: base64 DER}, tokens: [..]}       -> per token a line: status TAB what it read as JSON
//   make:  {certificate: PEM, key: PEM (PKCS#8), issuer, months, payloads: [..]} -> per payload a token
//   bench: {certificates, tokens}                                -> "verify TAB tokens per second", median of five rounds
const fs = require("node:fs");

// The library writes its findings to the standard output, where our answers go.
console.log = console.warn = console.error;
const sdk = require("@pathcheck/dcc-sdk");

// Before it verifies, the library decodes every byte string it finds as CBOR, the signature too. One signature in about 100,000 begins like a
// tagged array of big-endian numbers (RFC 8746), which node-cbor decodes by swapping bytes in place: a good signature is spoilt and reported
// invalid. Without those tags nothing is written to.
const { Tagged } = require("cbor");
for (const tag of Object.keys(Tagged.TAGS)) if (tag >= 64 && tag <= 87) delete Tagged.TAGS[tag];

const [mode, file] = process.argv.slice(2);
const input = JSON.parse(fs.readFileSync(file, "utf8"));
const say = (line) => process.stdout.write(line + "\n");

/** Maps of numbers and bytes as JSON can hold them. */
const plain = (value) =>
  value instanceof Map ? Object.fromEntries([...value].map(([k, v]) => [k, plain(v)]))
  : Buffer.isBuffer(value) ? value.toString("hex")
  : Array.isArray(value) ? value.map(plain)
  : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]))
  : value;

const modes = {
  async check() {
    for (const token of input.tokens) {
      const verdict = await sdk.unpackAndVerify(token);
      say(verdict.status + "\t" + JSON.stringify(plain(verdict.contents ?? null)));
    }
  },
  async make() {
    for (const payload of input.payloads)
      say(await sdk.signAndPack(await sdk.makeCWT(payload, input.months, input.issuer), input.certificate, input.key));
  },
  async bench() {
    const round = async () => {
      const start = process.hrtime.bigint();
      for (const token of input.tokens)
        if ((await sdk.unpackAndVerify(token)).status !== "verified") throw new Error("a token of the bench was not verified");
      return input.tokens.length / (Number(process.hrtime.bigint() - start) / 1e9);
    };
    await round();
    const rates = [];
    for (let i = 0; i < 5; i++) rates.push(await round());
    say("verify\t" + rates.sort((a, b) => a - b)[2]);
  },
};

if (input.certificates) sdk.addCachedCerts(input.certificates);
modes[mode]().catch((error) => {
  process.stderr.write(String(error.stack ?? error) + "\n");
  process.exit(1);
});
