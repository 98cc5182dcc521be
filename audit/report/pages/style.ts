/** Light and dark by the reader's own setting; printed in light. Colours of the three series keep 3:1 to the ground. */
export const STYLE = `
:root { --ground: #ffffff; --text: #1a1d21; --soft: #59616b; --rule: #d5d9de; --first: #0b6bcb; --second: #b4540a; --third: #7a3fb0; --good: #0f6b3a; --warn: #8a5a00; --bad: #b3261e; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ground: #14171a; --text: #e8eaed; --soft: #a3abb5; --rule: #3a4149; --first: #6cb2ff; --second: #ffa35c; --third: #cf9bff; --good: #6fd49b; --warn: #f0c05a; --bad: #ff8f86; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--rule); }
p { margin: .5rem 0; max-width: 46rem; overflow-wrap: anywhere; }
.verdict { max-width: none; padding: .75rem 1rem; border: 2px solid; border-radius: .4rem; font-weight: 600; }
.reconciles { color: var(--good); }
.reconcilesExceptUnverifiable { color: var(--warn); }
.doesNotReconcile { color: var(--bad); }
dl { display: grid; grid-template-columns: minmax(8rem, 17rem) 1fr; gap: .25rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
ul { padding-left: 1.1rem; }
li { margin: .5rem 0; overflow-wrap: anywhere; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.5rem; margin: 1.5rem 0; }
figure { margin: 0; break-inside: avoid; }
figcaption { font-size: .875rem; color: var(--soft); }
figcaption b { color: var(--text); }
svg { display: block; width: 100%; height: auto; font-family: system-ui, sans-serif; }
svg text { fill: var(--soft); }
svg polyline { fill: none; stroke-width: 2; }
rect.first { fill: var(--first); } rect.second { fill: var(--second); } rect.third { fill: var(--third); }
polyline.first { stroke: var(--first); } polyline.second { stroke: var(--second); } polyline.third { stroke: var(--third); }
polyline.axis { stroke: var(--soft); stroke-width: 1; } polyline.grid { stroke: var(--rule); stroke-width: 1; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--rule); white-space: nowrap; }
.figure { text-align: right; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
@media print { main { max-width: none; padding: 0; } h2 { break-after: avoid; } tr, li { break-inside: avoid; } }
`;
