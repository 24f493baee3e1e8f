import { fork } from 'node:child_process';
import { once } from 'node:events';
import { startFlood, startTally } from './flood.ts';
const N = Number(process.argv[2]); const rounds = Number(process.argv[3]); const rels = process.argv.slice(4);
const res = new Map<string, number[][]>();
for (let r = 0; r < rounds; r++) for (const rel of rels) {
  const flood = await startFlood(N); const tally = await startTally(N);
  const child = fork(rel, [`ws://127.0.0.1:${flood.port}/`, `ws://127.0.0.1:${tally.port}/`], { execArgv: [] });
  const c = await tally.complete; if (c.outOfOrder) console.log('ORDER', c);
  child.send('done'); const [u] = await once(child, 'message'); res.set(rel, [...(res.get(rel) ?? []), [u.cpu / N, u.rss / 1e6, u.sys/N]]); flood.close(); tally.close();
}
for (const [k, v] of res) { const s = v.map((x) => x[0] ?? 0).sort((a, b) => a - b); console.log(k, 'min', s[0]?.toFixed(2), 'med', s[s.length >> 1]?.toFixed(2), 'rss', v.map((x) => x[1]?.toFixed(0)).join(' '), 'sys', Math.min(...v.map(x=>x[2]??0)).toFixed(2)); }
