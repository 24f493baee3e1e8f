import { z } from 'zod';
import { duration, eventTemplate, integer, size } from './values.ts';

/** Batches of a sink; absent: one frame per event. */
export function batch() {
  return z
    .strictObject({
      mode: z
        .enum(['fixed', 'document'])
        .default('fixed')
        .describe('What ends a batch: its size, bytes or timeout, or the end of its document, its bytes or timeout.'),
      'fixed-size': integer(1).default(100).describe('Events at which a batch is sent in mode fixed; at least 1.'),
      'max-bytes': size().prefault('1MiB').describe('Bytes at which a batch is sent.'),
      timeout: duration().prefault('100ms').describe('Time after its first event at which a batch is sent.'),
      header: eventTemplate().optional().describe('Text before the events, templated from the first one.'),
      footer: eventTemplate().optional().describe('Text after the events, templated from the first one.'),
      'use-document-marker': z
        .boolean()
        .default(false)
        .describe('Events say which document they are of, and whether they are its last.'),
      'wrap-as-json': z
        .boolean()
        .default(false)
        .describe('The events as one JSON array, instead of lines of their own.'),
    })
    .optional()
    .describe('One frame per batch. Left out: one per event. May also stand inside the kind.');
}
