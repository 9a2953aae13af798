/** The one style sheet of the HTML report. Its hash stands in the content security policy: no other style, and no script, can act in the page. */

/** SHA-256 of STYLE in base64; a test says when it must change. */
export const STYLE_HASH = 'sha256-1C5U9grZDdq0hIayGSbtWMe6mPI4hrrGc/yFu4zHvVc=';

export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d5dae0;--code:#f0f2f5;--bad:#b42318;--bad-bg:#fdecea;--warn:#8a4b00;--warn-bg:#fff3dc;--ok:#1a6b3c;--ok-bg:#e6f4ea;--note:#0b5cad;--note-bg:#e7f1fb;--off:#8b949e}
@media (prefers-color-scheme:dark){:root{--bg:#0f1318;--card:#171c23;--ink:#e6eaef;--soft:#a3adb8;--line:#333c47;--code:#0f1318;--bad:#ff8f84;--bad-bg:#3a1715;--warn:#f3bd62;--warn-bg:#33260d;--ok:#6fd497;--ok-bg:#12301f;--note:#7fbcff;--note-bg:#11283f;--off:#7d8792}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
a{color:var(--note)}
.skip{position:absolute;left:-99em}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:1}
:focus-visible{outline:3px solid var(--note);outline-offset:2px}
header,main,footer{max-width:66rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
h1{font-size:1.7rem;line-height:1.25;margin:.4rem 0 .8rem;text-wrap:pretty}
h2{font-size:1.15rem;margin:0 0 .9rem}
h3{font-size:1.08rem;line-height:1.35;margin:0 0 .45rem}
h4{font-size:.95rem;margin:1.1rem 0 .35rem}
p{margin:.35rem 0}
.verdict,.chip{display:inline-block;border-radius:99px;font-weight:600;font-size:.82rem;line-height:1.3;padding:.2rem .7rem;white-space:nowrap}
.chip{padding:.12rem .6rem;font-weight:500;margin:0 .3rem .3rem 0;background:var(--code);color:var(--soft)}
.fail,.blocks{background:var(--bad-bg);color:var(--bad)}
.incomplete,.warn,.degrades,.risk,.security{background:var(--warn-bg);color:var(--warn)}
.pass{background:var(--ok-bg);color:var(--ok)}
.note{background:var(--note-bg);color:var(--note)}
.lead{font-size:1.05rem;border-left:4px solid var(--note);padding:.1rem 0 .1rem .9rem;margin:.8rem 0}
.soft{color:var(--soft)}
nav ul{list-style:none;padding:0;margin:1rem 0 0;display:flex;flex-wrap:wrap;gap:.35rem 1.2rem;font-size:.92rem}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.3rem 1.4rem;margin:1.2rem 0}
ol.findings,ol.findings ol{list-style:none;margin:0;padding:0}
ol.findings>li+li{border-top:1px solid var(--line);margin-top:1.4rem;padding-top:1.4rem}
ol.findings ol{border-left:3px solid var(--line);padding-left:1.1rem;margin-top:.7rem}
ol.findings ol>li+li{margin-top:1.1rem}
ul.plain{margin:.2rem 0;padding-left:1.15rem}
ul.plain li+li{margin-top:.35rem}
pre{background:var(--code);border:1px solid var(--line);border-radius:8px;margin:.4rem 0;padding:.65rem .85rem;overflow:auto;max-height:32rem;font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;-webkit-user-select:all;user-select:all;tab-size:2;overflow-wrap:normal}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.fix{border:1px solid var(--line);border-left:4px solid var(--ok);border-radius:8px;padding:.75rem .95rem;margin:.6rem 0}
.fix.security-fix{border-left-color:var(--warn)}
.fix p:first-child{margin-top:0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;color:var(--soft);padding-bottom:.5rem}
th,td{text-align:left;vertical-align:top;padding:.38rem .7rem .38rem 0;border-bottom:1px solid var(--line)}
th{font-weight:600;overflow-wrap:normal}
summary h2{display:inline;margin:0}summary:has(h2){margin:0;color:var(--ink)}details[open]>summary:has(h2){margin-bottom:.9rem}
.top{font-size:1.05rem}.paper{display:none}
.spread th{width:45%}.spread td.bar{width:40%}.spread svg{height:1.1rem}
summary{cursor:pointer;color:var(--note);margin:.4rem 0}
tbody tr:last-child>*{border-bottom:0}
td.bar{width:38%;min-width:8rem;padding-top:.6rem}
td.ms,th.ms{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.t-ok{color:var(--ok)}.t-failed{color:var(--bad);font-weight:600}.t-warned{color:var(--warn)}.t-not-asked{color:var(--soft)}
svg{display:block;width:100%;height:auto}
svg text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;font-size:14px;fill:var(--ink)}
svg .small{font-size:12px;fill:var(--soft)}
svg .strong{font-weight:650}
svg .say{font-weight:600}
svg .box{fill:var(--card);stroke:var(--soft);stroke-width:1.5}
svg .box-failed{fill:var(--bad-bg);stroke:var(--bad);stroke-width:2}
svg .box-warned{fill:var(--warn-bg);stroke:var(--warn)}
svg .box-ok{fill:var(--ok-bg);stroke:var(--ok)}
svg .wire{stroke-width:4;stroke:var(--ok);fill:none;stroke-linecap:round}
svg .wire-off{stroke:var(--off);stroke-dasharray:2 9}
svg .wire-failed{stroke:var(--bad);stroke-dasharray:10 8}
svg .stop-ok{fill:var(--ok);stroke:var(--card);stroke-width:3}
svg .stop-open{fill:var(--note);stroke:var(--card);stroke-width:3}
svg .stop-failed{fill:var(--bad);stroke:var(--card);stroke-width:3}
svg .stop-warned{fill:var(--warn);stroke:var(--card);stroke-width:3}
svg .stop-not-asked{fill:var(--card);stroke:var(--off);stroke-width:3}
svg .sign{stroke:var(--card);stroke-width:2.6;fill:none;stroke-linecap:round;stroke-linejoin:round}
svg .c-failed{fill:var(--bad)}svg .c-warned{fill:var(--warn)}svg .c-ok{fill:var(--ok)}
svg .track{fill:var(--code)}svg .took{fill:var(--ok)}svg .took-bad{fill:var(--bad)}svg .took-open{fill:var(--note)}
td.bar svg{height:.75rem}
.tall{display:none;max-width:26rem;margin:0 auto}
.grid td{text-align:center}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:.2rem 0 .7rem;padding:0;font-size:.92rem}
.t-open{color:var(--note)}
.matrix{max-height:85vh;overflow:auto}
.matrix table{width:auto;border-collapse:separate;border-spacing:0}
.matrix caption{position:sticky;left:0;max-width:80vw}
.matrix th{background:var(--card);white-space:nowrap}
.matrix thead th{position:sticky;top:0;z-index:1;vertical-align:bottom;padding:.4rem 0;font-size:.82rem}
.matrix thead th span{display:inline-block;writing-mode:vertical-rl;transform:rotate(180deg);max-height:15rem;white-space:normal;line-height:1.2rem;padding:0 .35rem}
.matrix thead th:first-child{left:0;z-index:2;padding-right:.8rem}
.matrix tbody th{position:sticky;left:0;max-width:18rem;overflow:hidden;text-overflow:ellipsis;padding-right:.8rem}
.matrix td{position:relative;min-width:1.9rem;padding:.3rem 0;text-align:center;font-weight:600;border-left:1px solid var(--line)}
.m-ok{color:var(--ok)}.m-failed{color:var(--bad);background:var(--bad-bg)}.m-warned{color:var(--warn);background:var(--warn-bg)}.m-open{color:var(--note);background:var(--note-bg)}.m-not-asked{color:var(--soft)}
.hear{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.asks dt{margin-top:.5rem}.asks dd{margin:0 0 0 1rem}
footer{padding-top:.5rem;padding-bottom:2.5rem;color:var(--soft);font-size:.9rem}
@media (max-width:46rem){header,main,footer{padding-left:.8rem;padding-right:.8rem}header{padding-top:1.2rem}h1{font-size:1.35rem}section{padding:1rem}.matrix tbody th{max-width:9rem}.wide{display:none}.tall{display:block}.roomy{display:none}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media (forced-colors:active){.verdict,.chip{border:1px solid}}
@media print{.matrix{max-height:none;overflow:visible;font-size:8pt}.matrix td{min-width:0}.matrix th{position:static!important}.matrix td,.verdict{-webkit-print-color-adjust:exact;print-color-adjust:exact}:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--code:#f5f5f5;--bad:#a01a10;--bad-bg:#fdecea;--warn:#7a4200;--warn-bg:#fff3dc;--ok:#155a32;--ok-bg:#e6f4ea;--note:#0b4d92;--note-bg:#e7f1fb;--off:#777}body{font-size:11pt}nav,.skip{display:none}section{border:0;padding:0;margin:1.2rem 0}pre{white-space:pre-wrap;overflow-wrap:anywhere;max-height:none}h2,h3,h4{break-after:avoid}svg,tr{break-inside:avoid}.fix{break-inside:auto}header,main,footer{max-width:none;padding:0}pre,code{overflow-wrap:anywhere;word-break:break-word}.scroll{overflow:visible}td{overflow-wrap:anywhere}.wide{display:block}.tall{display:none}.fold,.screen{display:none}.paper{display:block;color:var(--soft)}h1{font-size:15pt}pre{font-size:8.5pt;padding:.35rem .6rem}svg.wide{max-height:6.2cm}p{margin:.2rem 0}}
`;
