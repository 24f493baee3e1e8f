export interface Tick {
  readonly tick: number;
  readonly symbol: string;
  readonly price: number;
}

/** Milliseconds between two ticks: slow enough to be read. */
export const PERIOD = 125;

/**
 * Calls `publish` with each tick of an exchange that opened at `epoch`. A tick is numbered by its time, so a feed that
 * was dead goes on with the number that is due, and what it did not publish shows as a hole.
 */
export function createTicks(epoch: number, publish: (tick: Tick) => void): void {
  let published = dueTick(epoch);
  setInterval(() => {
    const due = dueTick(epoch);
    for (; published < due; published += 1) publish(tickOf(published + 1));
  }, PERIOD);
}

function dueTick(epoch: number): number {
  return Math.floor((Date.now() - epoch) / PERIOD);
}

function tickOf(tick: number): Tick {
  const symbol = SYMBOLS[tick % SYMBOLS.length] ?? '';
  const wave = Math.sin(tick / 9) + Math.sin(tick / 2.3) / 4;
  return { tick, symbol, price: Math.round((100 + wave * 3) * 100) / 100 };
}

const SYMBOLS = ['HEMP', 'SISAL', 'JUTE'];
