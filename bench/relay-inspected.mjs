import { once } from 'node:events';
import { createSupervisor } from 'hawser';
import { measure } from './measure.mjs';

// As relay-hawser.mjs. It waits for a word before it starts, so that whoever inspects it is there from the beginning.
const [from = '', to = '', how = 'off'] = process.argv.slice(2);
const supervisor = createSupervisor();
supervisor.add({
  name: 'relay',
  sources: [{ name: 'flood', 'web-socket': { url: from } }],
  sinks: [{ name: 'tally', 'web-socket': { url: to } }],
});
const inspector = how === 'off' ? undefined : await supervisor.inspect();
process.send({ url: inspector?.url });
await once(process, 'message');
measure();
await supervisor.start();
