import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { ask, openPage, type Page } from './page-bench.ts';

/** Notes what it is asked for; knows the connections ticks/exchange, and ticks/idle with nothing to dial. */
function noted() {
  const asked: string[] = [];
  const control = {
    reconnect(component: string) {
      asked.push(`reconnect ${component}`);
      if (component === 'ticks/nobody') throw new UsageError('there is no connection "ticks/nobody"');
      return component === 'ticks/exchange';
    },
    stop() {
      asked.push('stop');
    },
  };
  return { asked, control };
}

function post({ port, token }: Page, path: string, headers: Record<string, string> = {}) {
  return ask(port, `/${token}/${path}`, { method: 'POST', headers });
}

describe('a page with control', () => {
  test('says so', async () => {
    const { port, token } = await openPage(noted());
    const { body } = await ask(port, `/${token}/session`);
    expect(JSON.parse(body)).toMatchObject({ control: true });
  });

  test('reconnects a component', async () => {
    const { asked, control } = noted();
    const { status, body } = await post(await openPage({ control }), 'reconnect?component=ticks%2Fexchange');
    expect({ status, body, asked }).toEqual({ status: 204, body: '', asked: ['reconnect ticks/exchange'] });
  });

  test('answers 404 to a component that there is not, and names it', async () => {
    const { status, body } = await post(await openPage(noted()), 'reconnect?component=ticks%2Fnobody');
    expect({ status, body }).toEqual({
      status: 404,
      body: 'there is no connection "ticks/nobody"\n',
    });
  });

  test('answers 409 to a connection that has nothing to dial', async () => {
    const { status, body } = await post(await openPage(noted()), 'reconnect?component=ticks%2Fidle');
    expect({ status, body }).toEqual({
      status: 409,
      body: 'ticks/idle is idle or has ended: there is nothing to dial anew\n',
    });
  });

  test('answers 400 where no component is named', async () => {
    const { asked, control } = noted();
    const { status, body } = await post(await openPage({ control }), 'reconnect');
    expect({ status, body, asked }).toEqual({
      status: 400,
      body: 'component is missing: POST reconnect?component=PIPELINE/NAME\n',
      asked: [],
    });
  });

  test('stops what is looked at', async () => {
    const { asked, control } = noted();
    const { status } = await post(await openPage({ control }), 'stop');
    expect({ status, asked }).toEqual({ status: 202, asked: ['stop'] });
  });

  test('does it for its own page', async () => {
    const { asked, control } = noted();
    const page = await openPage({ control });
    const headers = { origin: `http://127.0.0.1:${page.port}`, 'sec-fetch-site': 'same-origin' };
    const { status } = await post(page, 'stop', headers);
    expect({ status, asked }).toEqual({ status: 202, asked: ['stop'] });
  });

  test.each<[string, Record<string, string>]>([
    ['another origin', { origin: 'http://evil.example' }],
    ['no origin', { origin: 'null' }],
    ['another port', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
  ])('does nothing for a page of %s', async (_, headers) => {
    const { asked, control } = noted();
    const { status } = await post(await openPage({ control }), 'stop', headers);
    expect({ status, asked }).toEqual({ status: 403, asked: [] });
  });

  test('does nothing without the token', async () => {
    const { asked, control } = noted();
    const { port } = await openPage({ control });
    const { status } = await ask(port, '/stop', { method: 'POST' });
    expect({ status, asked }).toEqual({ status: 404, asked: [] });
  });

  test('survives a control that throws, and says so', async () => {
    const control = {
      reconnect: () => true,
      stop: () => {
        throw new Error('not today');
      },
    };
    const page = await openPage({ control });
    const { status, body } = await post(page, 'stop');
    const { status: next } = await post(page, 'reconnect?component=a');
    expect({ status, body, next, warnings: page.warnings }).toEqual({
      status: 500,
      body: '/stop cannot be answered: not today\n',
      next: 204,
      warnings: [expect.stringContaining('inspector: /stop cannot be answered')],
    });
  });
});

describe('a page without control', () => {
  test.each(['reconnect?component=ticks%2Fexchange', 'stop'])(
    'refuses POST %s, and says how it would not',
    async (path) => {
      const { status, body } = await post(await openPage(), path);
      expect({ status, body }).toEqual({ status: 403, body: expect.stringContaining('--inspect-control') });
    },
  );
});
