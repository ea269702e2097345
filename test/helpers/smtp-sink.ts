import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';

export interface Mail {
  from: string;
  to: string[];
  /** Headers and body as they came, dots unstuffed. */
  data: string;
  isEncrypted: boolean;
  /** `user password`, of AUTH PLAIN. */
  login?: string;
}

export interface SinkOptions {
  certificate?: Certificate;
  /** From the first byte; STARTTLS is offered otherwise, if there is a certificate. */
  isImplicit?: boolean;
  /** `user password` that is asked for. */
  login?: string;
  /** In place of the usual answer to a command: `RCPT`, `DATA` ..., or RESET, SILENCE, DRIP. Undefined leaves the usual one. */
  answer?: (command: string, line: string) => string | undefined;
}

export interface Sink {
  port: number;
  mails: Mail[];
  /** Commands as they came, without those of AUTH. */
  commands: string[];
}

export interface Certificate {
  key: string;
  cert: string;
  /** Of `cert`. */
  file: string;
}

/** A certificate for 127.0.0.1 that nobody trusts, made now and gone after the test. */
export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-cert-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [keyFile, file] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, '-out', file, ...subject], {
    stdio: 'ignore',
  });
  return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(file, 'utf8'), file };
}

/** A mail server on loopback that keeps what it is given (RFC 5321, as far as clients go), gone after the test. */
export async function startSink(options: SinkOptions = {}): Promise<Sink> {
  const mails: Mail[] = [];
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    new Conversation(socket, options, mails, commands).begin();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, mails, commands };
}

class Conversation {
  #socket: Socket;
  #buffer = '';
  #isData = false;
  #mail: Mail = { from: '', to: [], data: '', isEncrypted: false };
  #login: string | undefined;
  #isEncrypted = false;
  readonly #options: SinkOptions;
  readonly #mails: Mail[];
  readonly #commands: string[];

  constructor(socket: Socket, options: SinkOptions, mails: Mail[], commands: string[]) {
    this.#socket = socket;
    this.#options = options;
    this.#mails = mails;
    this.#commands = commands;
  }

  begin(): void {
    if (this.#options.isImplicit) this.#encrypt();
    else this.#listen();
    this.#say('220 sink ESMTP');
  }

  /** An answer that goes on and on. */
  #drip(): void {
    this.#socket.write('250-');
    const timer = setInterval(() => this.#socket.write('.'), 20);
    this.#socket.on('close', () => clearInterval(timer));
  }

  #listen(): void {
    this.#socket.on('error', () => {});
    this.#socket.on('data', (chunk) => {
      this.#buffer += chunk.toString('utf8');
      for (let end = this.#buffer.indexOf('\r\n'); end !== -1; end = this.#buffer.indexOf('\r\n')) {
        const line = this.#buffer.slice(0, end);
        this.#buffer = this.#buffer.slice(end + 2);
        if (this.#isData) this.#takeData(line);
        else this.#take(line);
      }
    });
  }

  #encrypt(): void {
    const { key, cert } = this.#options.certificate!;
    this.#socket.removeAllListeners('data');
    this.#socket = new TLSSocket(this.#socket, {
      isServer: true,
      secureContext: createSecureContext({ key, cert }),
    });
    this.#isEncrypted = true;
    this.#listen();
  }

  #say(line: string): void {
    if (line === 'RESET') this.#socket.resetAndDestroy();
    else if (line === 'DRIP') this.#drip();
    else if (line !== 'SILENCE') this.#socket.write(`${line}\r\n`);
  }

  #take(line: string): void {
    const command = line.split(' ', 1)[0]!.toUpperCase();
    if (command !== 'AUTH') this.#commands.push(line);
    const other = this.#options.answer?.(command, line);
    if (other !== undefined) return this.#say(other);
    switch (command) {
      case 'EHLO':
      case 'HELO':
        return this.#say(['250-sink', ...this.#extensions(), '250 SMTPUTF8'].join('\r\n'));
      case 'STARTTLS':
        if (this.#options.certificate === undefined) return this.#say('502 no TLS here');
        this.#say('220 go ahead');
        return this.#encrypt();
      case 'AUTH': {
        const [, user, password] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
          .toString()
          .split('\0');
        this.#login = `${user} ${password}`;
        return this.#say(this.#login === this.#options.login ? '235 welcome' : '535 no');
      }
      case 'MAIL':
        this.#mail = { from: addressIn(line), to: [], data: '', isEncrypted: this.#isEncrypted };
        if (this.#login !== undefined) this.#mail.login = this.#login;
        return this.#say('250 ok');
      case 'RCPT':
        this.#mail.to.push(addressIn(line));
        return this.#say('250 ok');
      case 'DATA':
        this.#isData = true;
        return this.#say('354 go ahead');
      case 'QUIT':
        this.#say('221 bye');
        this.#socket.end();
        return;
      default:
        return this.#say('250 ok');
    }
  }

  #extensions(): string[] {
    const { certificate, login } = this.#options;
    const offersTls = certificate !== undefined && !this.#isEncrypted;
    return [...(offersTls ? ['250-STARTTLS'] : []), ...(login === undefined ? [] : ['250-AUTH PLAIN'])];
  }

  #takeData(line: string): void {
    if (line !== '.') {
      this.#mail.data += `${line.startsWith('.') ? line.slice(1) : line}\r\n`;
      return;
    }
    this.#isData = false;
    const other = this.#options.answer?.('.', '');
    if (other !== undefined) return this.#say(other);
    this.#mails.push(this.#mail);
    this.#say('250 taken');
  }
}

function addressIn(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? '';
}
