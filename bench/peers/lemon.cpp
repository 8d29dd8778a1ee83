// Peer of the bench "allocation": LEMON's NetworkSimplex on the folder our command reads.
// Usage: lemon DIR RUNS. Prints one line: median seconds of run() alone, of run() and building, with graphs per item; the same for one graph of all items; cost.
// Shortage is an arc only where the problem cannot be met, as that is LEMON's faster form. Tiers take the same penalties as ours.
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

using namespace lemon;
typedef SmartDigraph G;
typedef NetworkSimplex<G, long long, long long> Simplex;
struct Lane { int s, d; long long c; };
struct Item { std::vector<long long> supply, demand; std::vector<int> tier; std::vector<Lane> lanes; };

static double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

static std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> out; std::string cell; std::istringstream in(line);
  while (std::getline(in, cell, ',')) out.push_back(cell);
  return out;
}

struct Answer { double run, whole; __int128 cost; bool met; };

static Answer solve(const std::vector<const Item*>& items, bool shortage) {
  double start = now();
  int nodes = 2; size_t lanes = 0;
  for (auto i : items) { nodes += i->supply.size() + i->demand.size(); lanes += i->lanes.size() + i->supply.size() + i->demand.size(); }
  G g; g.reserveNode(nodes); g.reserveArc(lanes);
  long long most = 0; int tiers = 1; size_t ends = 0; __int128 supplied = 0, demanded = 0;
  for (auto i : items) {
    for (auto& l : i->lanes) most = std::max(most, l.c);
    for (int t : i->tier) tiers = std::max(tiers, t);
    ends = std::max(ends, std::min(i->supply.size(), i->demand.size()));
  }
  long long step = most * (long long)(ends + 1) + 1;
  std::vector<long long> cost, amount;
  G::Node missing = g.addNode(), unused = g.addNode();
  amount.assign(2, 0);
  for (auto i : items) {
    int s0 = g.maxNodeId() + 1;
    for (auto q : i->supply) { g.addNode(); amount.push_back(q); supplied += q; }
    int d0 = g.maxNodeId() + 1;
    for (auto q : i->demand) { g.addNode(); amount.push_back(-q); demanded += q; }
    for (auto& l : i->lanes) { g.addArc(G::nodeFromId(s0 + l.s), G::nodeFromId(d0 + l.d)); cost.push_back(l.c); }
    if (shortage) {
      for (size_t s = 0; s < i->supply.size(); s++) { g.addArc(G::nodeFromId(s0 + s), unused); cost.push_back(0); }
      for (size_t d = 0; d < i->demand.size(); d++) { g.addArc(missing, G::nodeFromId(d0 + d)); cost.push_back(step * (tiers + 1 - i->tier[d])); }
    }
  }
  if (shortage) { g.addArc(missing, unused); cost.push_back(0); amount[0] = (long long)demanded; amount[1] = -(long long)supplied; }
  G::ArcMap<long long> costs(g); G::NodeMap<long long> amounts(g);
  for (size_t a = 0; a < cost.size(); a++) costs[G::arcFromId(a)] = cost[a];
  for (size_t n = 0; n < amount.size(); n++) amounts[G::nodeFromId(n)] = amount[n];
  Simplex simplex(g);
  simplex.costMap(costs).supplyMap(amounts);
  if (!shortage) simplex.supplyType(Simplex::LEQ);
  double begin = now();
  bool met = simplex.run() == Simplex::OPTIMAL;
  double end = now();
  __int128 total = 0;
  if (met) for (size_t a = 0; a < cost.size(); a++) if (cost[a] < step) total += (__int128)cost[a] * simplex.flow(G::arcFromId(a));
  return {end - begin, end - start, total, met};
}

int main(int argc, char** argv) {
  if (argc < 3) { std::fprintf(stderr, "usage: lemon DIR RUNS\n"); return 2; }
  std::string dir = argv[1]; int runs = std::atoi(argv[2]);
  std::map<std::string, Item> items;
  std::unordered_map<std::string, int> supplier, receiver;
  std::string line;
  std::ifstream supplies(dir + "/supplies.csv"), demands(dir + "/demands.csv"), lanes(dir + "/lanes.csv");
  if (!supplies || !demands || !lanes) { std::fprintf(stderr, "lemon: no problem in %s\n", argv[1]); return 2; }
  std::getline(supplies, line);
  while (std::getline(supplies, line)) { auto c = cells(line); auto& i = items[c[1]]; supplier[c[0] + "," + c[1]] = i.supply.size(); i.supply.push_back(std::atoll(c[2].c_str())); }
  std::getline(demands, line);
  while (std::getline(demands, line)) { auto c = cells(line); auto& i = items[c[1]]; receiver[c[0] + "," + c[1]] = i.demand.size(); i.demand.push_back(std::atoll(c[2].c_str())); i.tier.push_back(std::atoi(c[3].c_str())); }
  std::getline(lanes, line);
  while (std::getline(lanes, line)) { auto c = cells(line); items[c[2]].lanes.push_back({supplier.at(c[0] + "," + c[2]), receiver.at(c[1] + "," + c[2]), std::atoll(c[3].c_str())}); }

  std::vector<const Item*> all;
  for (auto& i : items) all.push_back(&i.second);
  std::vector<double> itemRun, itemWhole, oneRun, oneWhole; __int128 cost = 0;
  std::vector<bool> shortage;
  for (auto i : all) shortage.push_back(!solve({i}, false).met);
  bool any = std::find(shortage.begin(), shortage.end(), true) != shortage.end();
  for (int r = 0; r < runs; r++) {
    double run = 0, whole = 0; cost = 0;
    for (size_t i = 0; i < all.size(); i++) { auto a = solve({all[i]}, shortage[i]); run += a.run; whole += a.whole; cost += a.cost; }
    itemRun.push_back(run); itemWhole.push_back(whole);
    auto a = solve(all, any); oneRun.push_back(a.run); oneWhole.push_back(a.whole);
  }
  auto median = [](std::vector<double>& v) { std::sort(v.begin(), v.end()); return v[v.size() / 2]; };
  std::printf("%.6f\t%.6f\t%.6f\t%.6f\t%lld\n", median(itemRun), median(itemWhole), median(oneRun), median(oneWhole), (long long)cost);
}
