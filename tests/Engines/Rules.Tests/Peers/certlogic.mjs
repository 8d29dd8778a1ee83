// Evaluates expressions with certlogic-js: one line {"e": expression, "d": data} in, one line {"v": value} or {"x": message} out.
// Instants go out as {"t": ISO text}, impossible ones as {"t": null}.
import { createRequire } from "node:module"
import { createInterface } from "node:readline"
const { evaluate } = createRequire(import.meta.url)("certlogic-js")
const out = v => v instanceof Date ? { t: isNaN(v) ? null : v.toISOString() } : Array.isArray(v) ? v.map(out)
  : v !== null && typeof v === "object" ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, out(x)])) : v
for await (const line of createInterface({ input: process.stdin })) {
  const { e, d } = JSON.parse(line)
  try { console.log(JSON.stringify({ v: out(evaluate(e, d)) })) } catch (x) { console.log(JSON.stringify({ x: x.message })) }
}
