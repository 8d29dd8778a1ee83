// The same codes validated by npm stdnum (outer check alone). Prints validations per second, median of five runs.
// usage: node uscc.mjs FILE      FILE: one code a line
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
const { stdnum } = createRequire(import.meta.url)("stdnum")
const codes = readFileSync(process.argv[2], "utf8").trim().split("\n")
const n = 200000, rates = []
for (let run = 0; run < 7; run++) {
  const from = process.hrtime.bigint()
  for (let i = 0; i < n; i++) if (!stdnum.CN.uscc.validate(codes[i % codes.length]).isValid) throw new Error(codes[i % codes.length])
  rates.push(n / (Number(process.hrtime.bigint() - from) / 1e9))
}
console.log(rates.slice(2).sort((a, b) => a - b)[2])
