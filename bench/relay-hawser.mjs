import { createSupervisor } from 'hawser';
import { measure } from './measure.mjs';

// Everything on: heartbeat, ledger, bounded buffer, pong acknowledgement.
const [from = '', to = ''] = process.argv.slice(2);
measure();
const supervisor = createSupervisor();
supervisor.add({
  name: 'relay',
  sources: [{ name: 'flood', 'web-socket': { url: from } }],
  sinks: [{ name: 'tally', 'web-socket': { url: to } }],
});
await supervisor.start();
