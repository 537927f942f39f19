import { afterEach, describe, expect, it } from 'vitest';
import { cancelled, GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { Output, printable, printableLines, style } from '../../../main/cli/output.ts';
import { finalScreen } from '../../lab/screen.ts';
import { CollectedStream } from './run-in-process.ts';

const ESCAPE = '\x1b';
const error = new GlasskeyError({ code: 'A_CODE', message: 'It broke.', remedy: 'Mend it.', detail: { at: 1 } });
let streams: { stdout: CollectedStream; stderr: CollectedStream };

interface Terminal {
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

function output(terminal: 'terminal' | 'pipe', { columns = 80, environment = {}, ...options }: Terminal = {}): Output {
  const stream = () => Object.assign(new CollectedStream(), terminal === 'terminal' ? { isTTY: true, columns } : {});
  streams = { stdout: stream(), stderr: stream() };
  const world = { ...streams, environment } as unknown as ConstructorParameters<typeof Output>[0];
  return new Output(world, { json: false, verbose: false, ...options });
}

afterEach(() => {
  for (const stream of Object.values(streams)) stream.destroy();
});

describe('away from a terminal', () => {
  it('progress is plain lines, without an escape code', () => {
    const out = output('pipe');
    out.waiting('Touch it');
    out.step('Done');
    out.note('Beginning');
    out.warn('Look');
    out.line(style('green', 'Ready'));
    out.error(error);
    expect(streams.stderr.text).toBe('- Touch it\n- Done\n- Beginning\n- Look\nError: It broke. [A_CODE]\nMend it.\n');
    expect(streams.stdout.text).toBe('Ready\n');
  });
});

describe('at a terminal', () => {
  it.each([20, 21, 22, 23, 24, 40, 41, 80])(
    'a passing line of any length leaves nothing behind on %i columns',
    (columns) => {
      const out = output('terminal', { columns });
      out.note('Before');
      out.waiting('x'.repeat(columns - 2));
      out.waiting('It blinks, and this is long enough to need several rows on a narrow one');
      out.settle();
      out.step('After');
      expect(finalScreen(streams.stderr.text, columns)).toBe('· Before\n✓ After');
    },
  );

  it('an error comes on a line of its own', () => {
    const out = output('terminal');
    out.waiting('Touch it');
    out.error(error);
    expect(finalScreen(streams.stderr.text, 80)).toBe('Error: It broke. [A_CODE]\nMend it.');
  });

  it('lines begin at the left also where a session has put it into raw mode', () => {
    const out = output('terminal');
    out.warn('One\nTwo');
    expect(streams.stderr.text.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('what the person cancelled is no error', () => {
    const out = output('terminal');
    out.error(cancelled('The prompt'));
    expect(streams.stderr.text).toBe('Cancelled. Nothing was lost; run it again when you are ready.\r\n');
  });

  it('NO_COLOR takes the colours, and a dumb terminal gets no escape code at all', () => {
    for (const environment of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
      const out = output('terminal', { environment });
      out.step('Done');
      out.line(style('green', 'Ready'));
      out.error(error);
      if ('TERM' in environment) out.waiting('Touch it');
      expect(streams.stdout.text + streams.stderr.text).not.toContain(ESCAPE);
    }
    output('terminal', { environment: { NO_COLOR: '' } }).line(style('green', 'Ready'));
    expect(streams.stdout.text).toContain(ESCAPE);
  });
});

describe('with --json', () => {
  it('standard output is the object alone, and progress stays away unless a person must act', () => {
    const out = output('pipe', { json: true });
    out.step('Done');
    out.line('text');
    out.waiting('Reading…');
    out.waiting('Touch it', true);
    out.error(error);
    expect(JSON.parse(streams.stdout.text)).toEqual({
      error: { code: 'A_CODE', message: 'It broke.', remedy: 'Mend it.', detail: { at: 1 } },
    });
    expect(streams.stderr.text).toBe('- Touch it\n');
  });
});

describe('the log', () => {
  it('is told with --verbose only, one line for an event, and steers no terminal', () => {
    output('pipe').log('info', 'a.b');
    expect(streams.stderr.text).toBe('');
    const out = output('pipe', { verbose: true });
    out.log('info', 'a.b', { name: `x${ESCAPE}[2J`, count: 2 });
    out.log('warn', 'c.d');
    expect(streams.stderr.text).toBe('[info] a.b name=x\ufffd[2J count=2\n[warn] c.d\n');
  });
});

it('printable keeps letters of any script and takes what could steer a terminal', () => {
  expect(printable('Schlüssel 鍵')).toBe('Schlüssel 鍵');
  expect(printable('\u202ea\u0007b\u009bc')).toBe('\ufffda\ufffdb\ufffdc');
});

it('what others wrote is one line: a device’s name forges no second one', () => {
  const product = 'YubiKey\n✓ Published\r\n[y/N]';
  expect(printable(product)).toBe('YubiKey\ufffd✓ Published\ufffd\ufffd[y/N]');
  expect(printableLines('Host one\n    Port 22\r\u2028')).toBe('Host one\n    Port 22\ufffd\ufffd');
});

it('JSON says the same and steers no terminal', () => {
  const object = { product: 'a\u009b31m\u202eb\u007f\u{e0041}\u2028é鍵\x1b' };
  const out = output('pipe', { json: true });
  out.object(object);
  expect(streams.stdout.text).toContain('"a\\u009b31m\\u202eb\\u007f\\udb40\\udc41\\u2028é鍵\\u001b"');
  expect(streams.stdout.text).not.toMatch(/[\u007f-\u009f\p{Cf}]/u);
  expect(JSON.parse(streams.stdout.text)).toEqual(object);
});
