import { createSupervisor } from 'hawser';
import { sampleOnDemand } from './sample.mjs';

// Everything on: a machine per peer, heartbeat, bounded send buffers.
sampleOnDemand();
const supervisor = createSupervisor();
const pipeline = supervisor.add({
  name: 'peers',
  sources: [{ name: 'ticks', function: {} }],
  sinks: [{ name: 'feed', 'web-socket': { mode: 'server-output', server: { bind: '127.0.0.1:0' } } }],
});
await supervisor.start();
const { address = '' } = pipeline.sink('feed').status.endpoint ?? {};
process.send({ port: Number(address.split(':').at(-1)) });
