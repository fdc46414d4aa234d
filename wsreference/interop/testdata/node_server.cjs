// A server that echoes: node node_server.cjs deflate|plain
// It prints its port, and then what it sees of each connection's end. It ends
// when its standard input does.
'use strict';
const { WebSocketServer } = require('ws');

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  maxPayload: 1 << 24,
  perMessageDeflate: process.argv[2] === 'deflate' ? { threshold: 0 } : false,
  handleProtocols: (asked) => (asked.has('echo.test') ? 'echo.test' : false),
});
server.on('listening', () => console.log('port', server.address().port));
server.on('connection', (ws) => {
  ws.on('error', (err) => console.log('error', err.message));
  ws.on('close', (code, reason) => console.log('closed', code, reason.toString()));
  ws.on('pong', (data) => {
    if (data.toString() === 'ping me') ws.send('pinged');
  });
  ws.on('message', (data, binary) => {
    switch (binary ? '' : data.toString()) {
      case 'ping me':
        ws.ping('ping me');
        break;
      case 'close me':
        ws.close(4002, 'as you wish');
        break;
      case 'fragments':
        ws.send('one ', { fin: false });
        ws.ping('between');
        ws.send('two ', { fin: false });
        ws.send('three', { fin: true });
        break;
      default:
        ws.send(data, { binary });
    }
  });
});
process.stdin.on('end', () => process.exit(0)).resume();
