export type { FaultBytes, FaultConnection } from './fault-connection.ts';
export type { FaultDirection, FaultEnding, Faults } from './fault-options.ts';
export { type FaultProxy, faultProxy } from './fault-proxy.ts';
export { type LedgerOracle, type LedgerOracleOptions, ledgerOracle, type WaitOptions } from './ledger-oracle.ts';
export { type Findings, type MissingRange, OracleError, type Verdict } from './ledger-verdict.ts';
export { createMemoryNetwork, type MemoryNetwork } from './memory-network.ts';
export type { NumberRange } from './number-ranges.ts';
export type { OrderBreak } from './order-log.ts';
export type { ScriptedConnection, ServerMessage } from './scripted-connection.ts';
export { seededRandom } from './scripted-random.ts';
export { type ScriptedServer, type ScriptedServerOptions, scriptedServer } from './scripted-server.ts';
export type { AcceptingBehaviour, RefusingBehaviour, ServerBehaviour, ServerFault } from './server-behaviour.ts';
export type { SimulationEvent, SimulationFailure, SimulationReport } from './simulation/report.ts';
export type {
  Amount,
  ConsumerOptions,
  Expectation,
  FaultKind,
  FaultKinds,
  ProducerOptions,
  Scenario,
  ScriptStep,
  ServerRole,
  Span,
} from './simulation/scenario.ts';
export { type LoadScenarioOptions, loadScenario } from './simulation/scenario-file.ts';
export { type SimulateOptions, simulate } from './simulation/simulate.ts';
export { createStepClock, type StepClock } from './step-clock.ts';
