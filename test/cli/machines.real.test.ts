import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hawser } from './command.ts';

const NAMES = ['connection', 'delivery', 'listener', 'peer', 'pipeline', 'supervisor'];

test('hawser machines lists the machines, each with its description', async () => {
  const { code, stdout, stderr } = await hawser(['machines']).ended;
  const lines = stdout.trimEnd().split('\n');
  expect({ code, stderr, names: lines.map((line) => line.split(' ')[0]) }).toEqual({
    code: 0,
    stderr: '',
    names: NAMES,
  });
  expect(lines[0]).toBe(
    'connection  One outbound WebSocket connection: dialled, kept alive, judged, and dialled again.',
  );
});

test('hawser machines NAME prints a Mermaid diagram', async () => {
  const { code, stdout, stderr } = await hawser(['machines', 'peer']).ended;
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: generated('peer.mmd'), stderr: '' });
});

test.each([
  ['mermaid', 'connection.mmd'],
  ['svg', 'connection.svg'],
  ['json', 'connection.json'],
])('hawser machines NAME --format %s prints %s whole', async (format, file) => {
  const { code, stdout } = await hawser(['machines', 'connection', '--format', format]).ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: generated(file) });
});

test.each([
  [
    'a name that is nearly one',
    ['machines', 'conection'],
    'hawser: "conection" is not a machine; did you mean "connection"?',
  ],
  [
    'any other name',
    ['machines', '../package'],
    `hawser: "../package" is not a machine; there are ${NAMES.join(', ')}`,
  ],
  [
    'a format without a name',
    ['machines', '--format', 'svg'],
    `hawser: --format is for one machine; there are ${NAMES.join(', ')}`,
  ],
  [
    'an unknown format',
    ['machines', 'peer', '--format', 'png'],
    "hawser: option '--format <format>' argument 'png' is invalid. Allowed choices are mermaid, svg, json.",
  ],
])('hawser machines says what is wrong with %s in one line, and exits with 2', async (_, args, line) => {
  const { code, stdout, stderr } = await hawser(args).ended;
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `${line}\n` });
});

function generated(file: string): string {
  return readFileSync(new URL(`../../visualizations/${file}`, import.meta.url), 'utf8');
}
