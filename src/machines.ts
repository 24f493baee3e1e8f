export * from '../machines/connection.ts';
export * from '../machines/delivery.ts';
export * from '../machines/listener.ts';
export * from '../machines/peer.ts';
export * from '../machines/pipeline.ts';
export * from '../machines/supervisor.ts';
