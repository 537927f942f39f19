import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { powerShellWord, shellWord } from '../../../main/connect/shell-word.ts';

const ODD = ['', 'a b', "it's", '$HOME', '`id`', 'a;b', 'a\\b', '~', '*', '"', 'a\nb', '-J', "''", '#x', '[::1]:22'];

describe('a word for a shell', () => {
  it('reaches a program as it was', () => {
    const plain = ['alice@10.0.0.7', 'a=b', 'ops@jump,ops@jump-b', '/run/agent.sock', '100%'];
    const words = [...ODD, ...plain];
    const line = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
    expect(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(words);
    for (const word of plain) expect(shellWord(word)).toBe(word);
  });

  it('is quoted for PowerShell where that reads something into it', () => {
    expect(powerShellWord('alice@10.0.0.7')).toBe('alice@10.0.0.7');
    expect(powerShellWord('ops@jump,ops@jump-b')).toBe("'ops@jump,ops@jump-b'");
    expect(powerShellWord('\\\\.\\pipe\\glasskey-agent')).toBe("'\\\\.\\pipe\\glasskey-agent'");
    expect(powerShellWord("it's")).toBe("'it''s'");
    expect(powerShellWord('')).toBe("''");
  });
});
