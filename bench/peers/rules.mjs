// The same table decided by certlogic-js: the conditions in order until one holds. Prints decisions per second, median of five runs.
// usage: node rules.mjs FILE      FILE: {"rows": [condition, ...], "facts": [data, ...]}
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
const { evaluate } = createRequire(import.meta.url)("certlogic-js")
const { rows, facts } = JSON.parse(readFileSync(process.argv[2], "utf8"))
const decide = data => rows.findIndex(row => evaluate(row, data))
const n = 100000, rates = []
for (let run = 0; run < 7; run++) {
  const from = process.hrtime.bigint()
  for (let i = 0; i < n; i++) decide(facts[i % facts.length])
  rates.push(n / (Number(process.hrtime.bigint() - from) / 1e9))
}
console.log(rates.slice(2).sort((a, b) => a - b)[2])
