/** A request cannot even be made. The message holds no secret. */
export class RequestFault extends Error {}

/** A proxy was not reached or did not let us through. `code` as in a network loss; the message holds no secret. */
export class TunnelError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
