// The looks of all pictures. A page that has one in its own document takes the style out and styles the classes itself.

/** Of each colour: what fills a box, what is drawn around it. Boxes without a tag have `fill` and `rim`. */
const LIGHT = `
  --canvas: #ffffff; --ink: #1f2933; --muted: #52606d; --line: #7b8794; --fill: #f5f7fa; --rim: #8792a0;
  --live: #e1f4e8; --live-rim: #3f9b67; --waiting: #fdf1d6; --waiting-rim: #c08a1e;
  --failed: #fde6e3; --failed-rim: #c9503f; --busy: #e3eefc; --busy-rim: #4a7fc1;
  --idle: #eceff3; --idle-rim: #8a95a3;`;

const DARK = `
  --canvas: #10151c; --ink: #e6e9ee; --muted: #aab4c0; --line: #8591a0; --fill: #1a212b; --rim: #626f7d;
  --live: #14301f; --live-rim: #45a36f; --waiting: #33280f; --waiting-rim: #c9962f;
  --failed: #3a1a17; --failed-rim: #d4604f; --busy: #16283f; --busy-rim: #5a8fd0;
  --idle: #222a34; --idle-rim: #6f7b89;`;

const TAGS = {
  live: ['live', 'flowing', 'running', 'listening'],
  waiting: ['waiting', 'blocked', 'recovering', 'slow', 'draining', 'stopping', 'closing'],
  failed: ['failed', 'failing'],
  busy: ['connecting', 'starting', 'binding'],
  idle: ['idle', 'stopped', 'ended', 'closed'],
};

export const STYLE = `
.statechart { font-family: Helvetica, Arial, sans-serif;${LIGHT} }
@media (prefers-color-scheme: dark) { .statechart {${DARK} } }
${Object.entries(TAGS).map(tagRule).join('\n')}
.canvas { fill: var(--canvas); }
.box { fill: var(--fill); stroke: var(--rim); stroke-width: 1.2; }
.rim { fill: none; stroke: var(--rim); }
.header { fill: var(--fill); }
.rule { stroke: var(--rim); opacity: 0.6; }
.compound > .box, .parallel > .box { fill: var(--canvas); stroke-width: 1.4; }
.region > .box { fill: none; stroke-dasharray: 5 4; }
.region > .header { fill: none; }
.region > .rule { stroke: none; }
.any > .box { fill: none; stroke-dasharray: 3 3; }
.line { fill: none; stroke: var(--line); stroke-width: 1.2; }
.passage > .line { stroke-dasharray: 4 4; }
.head { fill: var(--line); stroke: var(--line); }
.initial circle { fill: var(--ink); }
text { fill: var(--ink); font-size: 10px; }
.name { font-size: 12px; font-weight: bold; }
.compound > .name, .parallel > .name { font-size: 13px; }
.any > .name { font-style: italic; font-weight: normal; }
.port > .name { font-weight: normal; }
.middle { text-anchor: middle; }
.row { fill: var(--muted); font-size: 10.5px; }
.event, .guard, .action { paint-order: stroke; stroke: var(--canvas); stroke-width: 4px; stroke-linejoin: round; }
.guard, .action { fill: var(--muted); }
.action { font-style: italic; }
`;

function tagRule([colour, tags]: readonly [string, readonly string[]]): string {
  const selector = tags.map((tag) => `.tag-${tag}`).join(', ');
  return `${selector} { --fill: var(--${colour}); --rim: var(--${colour}-rim); }`;
}
