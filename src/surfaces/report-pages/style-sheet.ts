const LIGHT = `--paper:#fff;--ink:#1c2024;--quiet:#59636e;--line:#d5dae0;--wash:#f4f6f8;--accent:#0b57a4;--good:#116329;--bad:#a40e26;
--warning:#7a4b00;--c0:#1f6f8b;--c1:#c2571a;--c2:#7d4fb3;--c3:#5b7d1e;--c4:#a8842c;--c5:#8a8f98;--c6:#b0477d`;
const DARK = `--paper:#14171a;--ink:#e6e9ec;--quiet:#a2abb5;--line:#363d45;--wash:#1d2227;--accent:#7cb7f5;--good:#6fcf8a;--bad:#ff8f98;
--warning:#e8b25a;--c0:#4fb3d3;--c1:#ef8f4f;--c2:#b68cec;--c3:#9cc25a;--c4:#dcb95f;--c5:#8d949d;--c6:#e58ab8`;

/** How documents look: system fonts, light and dark, narrow and wide, on paper. Text contrast is 4.5 to 1 or more. */
export const STYLE_SHEET = `:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
header,main,footer{max-width:60rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.75rem}
header p,.span,.detail,.notes,figcaption,footer,.axis{color:var(--quiet)}
h1{font-size:1.1rem;margin:0}
header p{margin:.1rem 0 0}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;padding:0;margin:.75rem 0 0}
a{color:var(--accent)}
article{border-top:1px solid var(--line);margin-top:1.75rem;padding-top:1.25rem}
h2{font-size:1.6rem;line-height:1.2;margin:0}
h3{font-size:1.05rem;margin:1.75rem 0 .5rem}
.span{margin:.2rem 0 .9rem}
.detail{font-weight:400;font-size:.9rem;margin-left:.5rem}
.lead{font-size:1.1rem;margin:.3rem 0;max-width:48rem}
.warn{border-left:3px solid var(--warning);padding:.2rem 0 .2rem .75rem;margin:.5rem 0}
.scroll{overflow-x:auto}
.scroll:focus-visible,a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;font-weight:400}
tr>*:last-child{padding-right:0}
thead th{color:var(--quiet);font-size:.85rem;white-space:nowrap;vertical-align:bottom}
tbody th{overflow-wrap:anywhere;min-width:7rem}
.right{text-align:right;white-space:nowrap}
.right+:not(.right){padding-left:.6rem}
code{font:.92em ui-monospace,monospace}
.strong,b{font-weight:600}
.quiet{color:var(--quiet)}.good{color:var(--good)}.bad{color:var(--bad)}.warning{color:var(--warning)}.accent{color:var(--accent)}
.notes{font-size:.85rem;max-width:48rem;margin:.6rem 0}
figure{margin:.75rem 0 1rem}
figcaption{font-size:.85rem;margin-bottom:.4rem}
.row{display:grid;grid-template-columns:8rem 1fr 4.5rem;gap:.75rem;align-items:center;margin:.15rem 0}
.name{overflow-wrap:anywhere;font-size:.9rem}
.figure{font-size:.85rem;text-align:right;color:var(--quiet);font-variant-numeric:tabular-nums}
.axis{font-size:.8rem}
.ends{display:flex;justify-content:space-between}
svg{display:block;width:100%;fill:currentColor}
.columns{height:2.25rem;color:var(--c0);background:var(--wash)}
.interval{height:1.25rem;background:var(--wash)}
.interval.quiet{color:var(--quiet)}
.reference{stroke:var(--quiet);stroke-width:1;stroke-dasharray:2 2;vector-effect:non-scaling-stroke}
.parts{height:1.5rem}
.swatch{display:inline-block;width:.7rem;height:.7rem;margin-right:.4rem}
.curve{display:inline-block;width:4.5rem;height:1.3rem;color:var(--c5);vertical-align:middle}
.curve .now{fill:var(--c0)}
.legend{list-style:none;padding:0;margin:.5rem 0 0;display:flex;flex-wrap:wrap;gap:.2rem 1.25rem;font-size:.9rem}
${Array.from({ length: 7 }, (_, place) => `.c${place}{fill:var(--c${place})}`).join('')}
ol.items{padding-left:1.4rem;max-width:48rem}.items li{margin-bottom:.9rem}.items p{margin:.1rem 0}
footer{font-size:.85rem;padding-top:1.5rem;padding-bottom:2rem}
@media (max-width:40rem){.optional{display:none}header,main,footer{padding-left:1rem;padding-right:1rem}.row{grid-template-columns:6rem 1fr 3.5rem;gap:.5rem}.curve{width:3rem}h2{font-size:1.35rem}}
@media print{:root{color-scheme:light;${LIGHT}}body{font-size:10pt}nav{display:none}.scroll{overflow:visible}
article+article{break-before:page}tr,figure{break-inside:avoid}h3{break-after:avoid}*{print-color-adjust:exact}}
`;
