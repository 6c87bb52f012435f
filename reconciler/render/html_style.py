"""The style sheet of the HTML report: light and dark, wide and narrow, screen and paper. Text only."""

STYLE = """
:root { color-scheme: light dark;
  --ground: #f6f5f2; --card: #fff; --ink: #1d2024; --soft: #5c636d; --line: #dedcd6; --accent: #2456a6;
  --ins: #e2f4e4; --ins-ink: #14532d; --del: #fce6e4; --del-ink: #7f1d1d; --code: #f0efeb;
  --routing: #b3261e; --caller-facing: #b45309; --behaviour: #6d3fb8; --data: #1d6a72; --cosmetic: #5c636d; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #15171a; --card: #1d2024; --ink: #e6e4df; --soft: #9aa1ab; --line: #34383e; --accent: #8ab4f8;
  --ins: #16301d; --ins-ink: #a7e0b3; --del: #3a1c1b; --del-ink: #f3b5af; --code: #282c31;
  --routing: #f2857d; --caller-facing: #f0ac5c; --behaviour: #bd9cf3; --data: #6cc3cc; --cosmetic: #9aa1ab; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 76rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
h1 { margin: .1rem 0 .4rem; font-size: 1.7rem; line-height: 1.2; letter-spacing: -.01em; }
h2 { margin: 2rem 0 .6rem; font-size: 1.05rem; }
p { margin: .3rem 0; }
.soft { color: var(--soft); }
code, pre, .sides td { font-family: ui-monospace, "SF Mono", "Cascadia Code", "DejaVu Sans Mono", monospace;
  font-size: .86rem; }
code { padding: .1em .35em; border-radius: .3em; background: var(--code); overflow-wrap: anywhere;
  white-space: pre-wrap; unicode-bidi: isolate; }
pre { margin: .5rem 0; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: .5rem;
  background: var(--card); white-space: pre-wrap; overflow-wrap: anywhere; }
pre.alarm { border-left: 4px solid var(--routing); }
.summary { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.summary th, .summary td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); text-align: right; }
.summary th { color: var(--soft); font-weight: 500; font-size: .85rem; }
.summary th:first-child, .summary td:first-child { text-align: left; }
.summary tfoot td { border: 0; font-weight: 600; }
.scroll { overflow-x: auto; max-height: 24rem; overflow-y: auto; }
fieldset { margin: .5rem 0; padding: 0; border: 0; display: flex; flex-wrap: wrap; gap: .4rem;
  max-height: 9rem; overflow: auto; }
legend { float: left; min-width: 4rem; padding: .2rem 0; color: var(--soft); font-size: .85rem; }
fieldset label { padding: .15rem .65rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--card);
  font-size: .85rem; cursor: pointer; }
fieldset input { margin: 0 .3rem 0 0; accent-color: var(--accent); vertical-align: -1px; }
.change { margin: .7rem 0; border: 1px solid var(--line); border-left: 4px solid var(--cosmetic);
  border-radius: .5rem; background: var(--card); content-visibility: auto; contain-intrinsic-size: auto 4rem; }
.change summary { padding: .6rem .9rem; cursor: pointer; overflow-wrap: anywhere; }
.change summary:focus-visible { outline: 2px solid var(--accent); }
.change > div { padding: 0 .9rem .8rem; } .change > div:empty { padding: 0; }
.key { font-weight: 600; }
.pill { display: inline-block; padding: 0 .55rem; border: 1px solid currentColor; border-radius: 1rem;
  font-size: .78rem; color: var(--soft); white-space: nowrap; }
.routing { border-left-color: var(--routing); } .pill.routing { color: var(--routing); }
.caller-facing { border-left-color: var(--caller-facing); } .pill.caller-facing { color: var(--caller-facing); }
.behaviour { border-left-color: var(--behaviour); } .pill.behaviour { color: var(--behaviour); }
.data { border-left-color: var(--data); } .pill.data { color: var(--data); }
.live { border-left-color: var(--caller-facing); } .pill.live { color: var(--caller-facing); }
.apart { border-left-color: var(--routing); } .pill.apart { color: var(--routing); }
.ahead { border-left-color: var(--data); } .pill.ahead { color: var(--data); }
.side { margin: .7rem 0 .2rem; font-weight: 500; }
.field { display: grid; grid-template-columns: minmax(9rem, 14rem) 1fr; gap: .2rem 1rem; padding: .35rem 0;
  border-top: 1px solid var(--line); }
.field.prose { display: block; }
.undoes { color: var(--caller-facing); font-weight: 500; }
.name { color: var(--soft); overflow-wrap: anywhere; font-size: .9rem; }
.del { background: var(--del); color: var(--del-ink); }
.ins { background: var(--ins); color: var(--ins-ink); }
.sides { width: 100%; margin: .3rem 0 .5rem; border-collapse: collapse; table-layout: fixed;
  border: 1px solid var(--line); }
.sides th { padding: .15rem .6rem; text-align: left; font-weight: 500; font-size: .78rem; color: var(--soft);
  border-bottom: 1px solid var(--line); }
.sides td { padding: .05rem .6rem .05rem 1.6rem; vertical-align: top; white-space: pre-wrap;
  overflow-wrap: anywhere; position: relative; unicode-bidi: isolate; }
.sides td + td, .sides th + th { border-left: 1px solid var(--line); }
.sides td.del::before, .sides td.ins::before { position: absolute; left: .55rem; font-weight: 700; }
.sides td.del::before { content: "\\2212"; } .sides td.ins::before { content: "+"; }
.sides del, .sides ins { text-decoration: none; font-weight: 600; border-radius: .2em;
  background: color-mix(in srgb, currentColor 18%, transparent); }
.sides td.fold { padding: .1rem .6rem; background: var(--code); color: var(--soft); font-size: .78rem; }
.who { margin: .2rem 0 .5rem; } .who code { margin-right: .3rem; display: inline-block; }
footer { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); }
@media (max-width: 44rem) {
  body { padding: 1.2rem .8rem 3rem; } h1 { font-size: 1.35rem; }
  .field { display: block; } .name { display: block; } legend { float: none; flex-basis: 100%; }
  .sides, .sides tbody, .sides tr, .sides td { display: block; } .sides thead, .sides td.same + td.same,
  .sides td.none { display: none; } .sides td + td { border-left: 0; } }
@media print {
  :root { --ground: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --ins: #e8f5e9; --ins-ink: #000;
    --del: #fdecea; --del-ink: #000; --code: #f2f2f2; }
  body { max-width: none; padding: 0; font-size: 10pt; } .filters { display: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .change { content-visibility: visible; break-inside: auto; } .change summary { break-after: avoid; }
  .sides tr { break-inside: avoid; } .scroll { max-height: none; overflow: visible; }
  details::details-content { content-visibility: visible; display: block; height: auto; } }
"""
