// What any Node program pays that looks at every file: lists DIRECTORY, but for `.git`, then opens, reads and closes each file on two
// threads, and looks at nothing. `bench/worktree.ts` runs it beside the rest.
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const BUFFER_BYTES = 1 << 20;

if (isMainThread) {
  const half = new Worker(new URL(import.meta.url), { workerData: process.argv[2] });
  await new Promise((done) => half.once('message', done));
  const files = filesBelow(process.argv[2]);
  half.postMessage(files.filter((_, index) => index % 2 === 1));
  readAll(files.filter((_, index) => index % 2 === 0));
} else {
  parentPort.once('message', readAll);
  parentPort.postMessage(`up for ${workerData}`);
}

function filesBelow(directory) {
  const files = [];
  const pending = [directory];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop())
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isFile()) files.push(path);
      else if (entry.isDirectory() && entry.name !== '.git') pending.push(path);
    }
  return files;
}

function readAll(files) {
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (const file of files) {
    const fd = openSync(file);
    while (readSync(fd, buffer, 0, buffer.length, null) > 0);
    closeSync(fd);
  }
}
