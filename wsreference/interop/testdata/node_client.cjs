// A client: node node_client.cjs URL deflate|plain
'use strict';
const assert = require('node:assert');
const { once } = require('node:events');
const WebSocket = require('ws');

const [url, mode] = process.argv.slice(2);
const sizes = [0, 1, 125, 126, 127, 65535, 65536, 300000];

// echo sends data and waits for the same to come back.
async function echo(ws, data, binary) {
  ws.send(data, { binary });
  const [got, isBinary] = await once(ws, 'message');
  assert.strictEqual(isBinary, binary);
  assert.ok(Buffer.from(data).equals(got), `${got.length} bytes came back for ${data.length}`);
}

async function main() {
  const ws = new WebSocket(url, ['nonsense', 'echo.test'], {
    perMessageDeflate: mode === 'deflate' ? { threshold: 0 } : false,
  });
  await once(ws, 'open');
  assert.strictEqual(ws.protocol, 'echo.test');
  assert.strictEqual(ws.extensions, mode === 'deflate' ? 'permessage-deflate' : '');
  console.log('ok open');

  for (const n of sizes) {
    await echo(ws, 'x'.repeat(n), false);
    await echo(ws, Buffer.from(Array.from({ length: n }, (_, i) => (i * 7) & 255)), true);
    console.log('ok echo', n);
  }
  await echo(ws, 'κόσμε 日本語 \u{1f600}', false);
  console.log('ok unicode');

  const whole = once(ws, 'message');
  for (const part of ['one ', 'two ', '']) ws.send(part, { fin: false });
  ws.ping('between');
  ws.send('three', { fin: true });
  const [pong] = await once(ws, 'pong');
  assert.strictEqual(pong.toString(), 'between');
  assert.strictEqual((await whole)[0].toString(), 'one two three');
  console.log('ok fragments and ping');

  ws.send('ping me'); // the server pings, and says so when it has its pong
  assert.strictEqual((await once(ws, 'message'))[0].toString(), 'pinged');
  console.log('ok pinged');

  const closed = once(ws, 'close');
  ws.close(4001, 'bye');
  assert.strictEqual((await closed)[0], 4001);
  console.log('ok close');

  const other = new WebSocket(url, 'echo.test');
  await once(other, 'open');
  other.send('close me');
  const [code, reason] = await once(other, 'close');
  assert.strictEqual(code, 4002);
  assert.strictEqual(reason.toString(), 'as you wish');
  console.log('ok closed by the server');
}

main().catch((err) => {
  console.error(err);
  process.exit(1);
});
