import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSupervisor } from 'hawser';
import { measure } from './measure.mjs';

// As relay-hawser.mjs, with a buffer of the given durability between the two sockets.
const [from = '', to = '', durability] = process.argv.slice(2);
const stateDir = await mkdtemp(join(tmpdir(), 'hawser-bench-'));
measure(() => rm(stateDir, { recursive: true }));
const supervisor = createSupervisor({ stateDir });
supervisor.add({
  name: 'relay',
  sources: [{ name: 'flood', 'web-socket': { url: from } }],
  sinks: [{ name: 'tally', buffer: { type: 'disk', durability }, 'web-socket': { url: to } }],
});
await supervisor.start();
