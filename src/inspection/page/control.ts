import { UsageError } from '../../errors.ts';
import { answerText, type Exchange, post, type Routes } from './routes.ts';

/** What the page may ask for when it was started with control. */
export interface Control {
  /**
   * Ends the connection of a component, which then dials again. False: it is idle or has ended.
   * @throws UsageError when there is no such component, or it has no connection.
   */
  reconnect(component: string): boolean;
  stop(): void;
}

/** `refusal`: why there is no control, where there is none. */
export function controlRoutes(control: Control | undefined, refusal: string): Routes {
  const allowed = (answer: (control: Control, exchange: Exchange) => void) =>
    post((exchange) => {
      if (control === undefined) answerText(exchange.response, 403, refusal);
      else answer(control, exchange);
    });
  return new Map([
    ['/reconnect', allowed(reconnect)],
    ['/stop', allowed(stop)],
  ]);
}

function reconnect(control: Control, { query, response }: Exchange): void {
  const component = query.get('component') ?? '';
  if (component === '') {
    answerText(response, 400, 'component is missing: POST reconnect?component=PIPELINE/NAME\n');
    return;
  }
  try {
    if (control.reconnect(component)) response.writeHead(204).end();
    else answerText(response, 409, `${component} is idle or has ended: there is nothing to dial anew\n`);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    answerText(response, 404, `${error.message}\n`);
  }
}

function stop(control: Control, { response }: Exchange): void {
  control.stop();
  answerText(response, 202, 'it stops\n');
}
