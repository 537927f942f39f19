const ESCAPE = '\x1b';
const SEQUENCE = new RegExp(`^${ESCAPE}\\[([0-9;?]*)([A-Za-z])$`);
const TOKEN = new RegExp(`${ESCAPE}\\[[0-9;?]*[A-Za-z]|[^]`, 'gu');

/**
 * What a person sees on a terminal in the end: the few control sequences that Glasskey and ssh write, acted upon. It shows
 * whether a line that was to vanish did, also where it was longer than the terminal is wide.
 */
export function finalScreen(raw: string, columns: number): string {
  const rows: string[][] = [[]];
  let row = 0;
  let column = 0;
  const line = () => {
    while (rows.length <= row) rows.push([]);
    return rows[row] ?? [];
  };
  for (const [token] of raw.matchAll(TOKEN)) {
    const sequence = SEQUENCE.exec(token);
    if (sequence !== null) {
      const [, parameter = '', final] = sequence;
      if (final === 'A') row = Math.max(0, row - Number(parameter || 1));
      if (final === 'K') line().splice(parameter === '2' ? 0 : column);
      if (final === 'J') {
        line().splice(column);
        rows.splice(row + 1);
      }
      continue;
    }
    if (token === '\r') column = 0;
    else if (token === '\n') row += 1;
    else if (token >= ' ') {
      if (column === columns) {
        column = 0;
        row += 1;
      }
      const cells = line();
      while (cells.length < column) cells.push(' ');
      cells[column] = token;
      column += 1;
    }
  }
  return rows
    .map((cells) => cells.join('').trimEnd())
    .join('\n')
    .trimEnd();
}
