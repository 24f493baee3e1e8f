import { writeFileSync } from 'node:fs';
import { drawAll } from './drawing/pictures.ts';

// npm run visualize: draws the machines of machines/ into this folder.

const files = await drawAll();
for (const [name, text] of files) writeFileSync(new URL(name, import.meta.url), text);
process.stdout.write(`${files.size} files in visualizations/: ${[...files.keys()].join(', ')}\n`);
