// Records what Mockoon answers to the cases, into the cases.
//
//   node record.mjs [--check] [--new] [WORD…]
//
// WORD   only cases whose group/name contains it
// --new  only cases that were never recorded
// --check  write nothing; fail when Mockoon's answers differ from the recorded ones by more than the
//        judges allow. A difference means that an answer is random and needs a judge.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { find, long, prepare, read, run, withAnswers, withExitCode } from './lib/case.mjs';
import { compare } from './lib/judge.mjs';
import { mockoon, start, VERSION } from './lib/server.mjs';

const ROOT = path.dirname(new URL(import.meta.url).pathname);
const BATCH = 40;
const LANES = 2;

const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const check = flags.includes('--check');

const cases = find(ROOT, words)
  .map(read)
  .filter((item) => !flags.includes('--new') || !item.data.recorded);

// Options and environment variables hold for a whole process, and Mockoon shares broadcasts and
// faker's sequence between the environments of one process: such cases get a process of their own.
const alone = ({ data }) => data.options || data.env || data.alone || data.fails;
const batches = cases.filter(alone).map((item) => [item]);
const together = cases.filter((item) => !alone(item));
for (let index = 0; index < together.length; index += BATCH) batches.push(together.slice(index, index + BATCH));

const scratch = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'parity-'));
const problems = [];
let written = 0;

const finish = (item, results) => {
  item.data.exchanges.forEach((exchange, index) => {
    if (!results[index] || !item.data.recorded) return;
    const wanted = { answer: long(exchange.answer), received: exchange.received, answers: exchange.conversation?.map((step) => step.answers ?? []) };
    const found = compare(exchange, wanted, results[index]);
    if (check) for (const line of found) problems.push(`${item.name}, exchange ${index + 1} (${exchange.request ?? exchange.websocket ?? 'upstream'}): ${line}`);
    // A random answer that is as good as the recorded one is no change.
    else if (!found.length) results[index] = null;
  });
  if (check) return;
  const text = withAnswers(item, results, VERSION);
  if (text !== item.source) {
    fs.writeFileSync(item.path, text);
    written += 1;
  }
};

const play = async (batch) => {
  const prepared = [];
  for (const item of batch) prepared.push(await prepare(item, scratch));
  const { options = [], env = {} } = batch[0].data;
  const server = await start(mockoon(), prepared.map((one) => one.file), prepared.map((one) => one.port), options, env);
  if (server.failed) {
    if (batch[0].data.fails) {
      const text = withExitCode(batch[0], server.code, VERSION);
      if (check && text !== batch[0].source) problems.push(`${batch[0].name}: ended with code ${server.code}`);
      else if (text !== batch[0].source) {
        fs.writeFileSync(batch[0].path, text);
        written += 1;
      }
    } else if (batch.length === 1) problems.push(`${batch[0].name}: ${server.failed}`);
    else {
      await server.stop();
      for (const item of batch) await play([item]);
    }
  } else if (batch[0].data.fails) problems.push(`${batch[0].name}: Mockoon starts`);
  else {
    for (const one of prepared) {
      try {
        finish(one.item, await run(one));
      } catch (error) {
        problems.push(`${one.item.name}: ${error.stack}`);
      }
    }
  }
  for (const one of prepared) one.upstream?.stop();
  await server.stop();
};

const lane = async () => {
  for (let batch = batches.shift(); batch; batch = batches.shift()) await play(batch);
};
await Promise.all(Array.from({ length: LANES }, lane));
fs.rmSync(scratch, { recursive: true, force: true });

for (const problem of problems) console.log(problem);
console.log(`${cases.length} cases, ${check ? `${problems.length} differences` : `${written} written, ${problems.length} problems`}`);
process.exit(problems.length ? 1 : 0);
