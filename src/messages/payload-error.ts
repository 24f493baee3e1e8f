/** An event that cannot be written in the form that the sink asks for. It goes to failures, the rest goes on. */
export class PayloadError extends Error {
  /** One word per kind; `payload` unless it says otherwise. */
  readonly code: string;
  /** Where in the event, if it is not all of it. */
  readonly path?: string;

  constructor(message: string, options: { code?: string; path?: string | undefined; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.code = options.code ?? 'payload';
    if (options.path !== undefined) this.path = options.path;
  }
}
