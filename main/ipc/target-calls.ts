/** The devices screen: saved targets, and the exact command that a connect stands for. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { copyableCommand } from '../connect/plan.ts';
import type { Glasskey } from '../glasskey.ts';
import type { ImportPlan, ImportSource } from '../glasskey-target-import.ts';
import type { Target } from '../storage/target-store.ts';
import { writeWholeFile } from '../storage/whole-file.ts';
import type { CallHandlers, Tell } from './call-server.ts';
import type { CallInput, CallName, CallOutput, TargetView } from './contract.ts';

export interface TargetWorld {
  readonly glasskey: Pick<
    Glasskey,
    | 'targets'
    | 'saveTarget'
    | 'removeTarget'
    | 'setFavourite'
    | 'planImport'
    | 'applyImport'
    | 'exportTargets'
    | 'hostKeys'
    | 'forgetHostKeys'
    | 'setting'
    | 'planConnect'
  >;
  readonly tell: Tell;
  /** Of the agent that goes on when no connect of ours runs: what is copied must work in any terminal, at any time. */
  readonly agentSocket: () => string;
  /** Dialogs of the system: the window names no paths, so that it can have no others read or written. Undefined: declined. */
  readonly chooseFile: (endings: readonly string[]) => Promise<string | undefined>;
  readonly chooseNewFile: (name: string) => Promise<string | undefined>;
}

type TargetCall = Extract<CallName, `targets.${string}`>;

/** What a dialog of the system shows first. */
const ENDINGS = ['csv', 'tsv', 'txt', 'json', 'conf'];
const NEW_FILES = { csv: 'targets.csv', json: 'targets.json', 'ssh-config': 'targets.conf' } as const;

export function targetCalls({
  glasskey,
  tell,
  agentSocket,
  chooseFile,
  chooseNewFile,
}: TargetWorld): Pick<CallHandlers, TargetCall> {
  const changed = () => {
    tell('targets.changed', {});
    tell('readiness.changed', {});
  };
  /** Looked at last: what `targets.import` would do. */
  let looked: { readonly id: string; readonly source: ImportSource; readonly plan: ImportPlan } | undefined;
  let count = 0;
  const sourceOf = async (which: CallInput<'targets.look-at-file'>['which']): Promise<ImportSource | undefined> => {
    if (which === 'again') return looked?.source;
    if (which === 'ssh-config') return { file: undefined, format: 'ssh-config' };
    const file = await chooseFile(ENDINGS);
    return file === undefined ? undefined : { file, format: undefined };
  };
  return {
    async 'targets.list'() {
      const targets = await glasskey.targets();
      return {
        targets: targets.map(targetView),
        defaultJump: await glasskey.setting('connect.defaultJump'),
      };
    },
    async 'targets.save'({ replaces, ...given }) {
      const target = await glasskey.saveTarget({ ...given, replaces });
      changed();
      return { target: targetView(target) };
    },
    async 'targets.remove'({ name, evenIfUsed }) {
      const removed = await glasskey.removeTarget(name, evenIfUsed);
      if (removed) changed();
      return { removed };
    },
    async 'targets.favourite'({ name, isFavourite }) {
      if (await glasskey.setFavourite(name, isFavourite)) tell('targets.changed', {});
      return {};
    },
    async 'targets.look-at-file'({ which, update }) {
      const source = await sourceOf(which);
      if (source === undefined) return {};
      const plan = await glasskey.planImport(source, update);
      count += 1;
      looked = { id: `import-${count}`, source, plan };
      return { import: { ...importView(plan), id: looked.id } };
    },
    async 'targets.import'({ id }) {
      if (looked?.id !== id) throw otherImport();
      const { plan } = looked;
      await glasskey.applyImport(plan);
      looked = undefined;
      changed();
      const added = plan.changes.filter(({ kind }) => kind === 'add').length;
      return { added, changed: plan.changes.length - added };
    },
    async 'targets.export'({ format }) {
      const text = await glasskey.exportTargets(format);
      const file = await chooseNewFile(NEW_FILES[format]);
      if (file === undefined) return {};
      // The dialog has asked whether to replace what is there.
      await writeWholeFile(file, new TextEncoder().encode(text), { mode: 0o600, overwrite: true });
      return { file };
    },
    async 'targets.host-keys'({ name }) {
      const hosts = await glasskey.hostKeys(name);
      return {
        hosts: hosts.map(({ keys, ...host }) => ({
          ...host,
          keys: keys.map(({ marker, ...key }) => ({ ...key, ...(marker === undefined ? {} : { marker }) })),
        })),
      };
    },
    async 'targets.forget-host-keys'({ name }) {
      const { lines } = await glasskey.forgetHostKeys(name);
      return { lines };
    },
    async 'targets.command'({ target }) {
      const plan = await glasskey.planConnect({
        target,
        jump: undefined,
        command: undefined,
        save: undefined,
        hostKeys: 'ask',
        forwardAgent: true,
      });
      return { command: copyableCommand(plan, agentSocket()) };
    },
  };
}

function targetView({ ways, tags, ...target }: Target): TargetView {
  return { ...target, ways: ways.map((way) => ({ ...way, jumps: [...way.jumps] })), tags: [...tags] };
}

type ImportView = NonNullable<CallOutput<'targets.look-at-file'>['import']>;

function importView({ file, lines, notes }: ImportPlan): Omit<ImportView, 'id'> {
  return {
    file,
    lines: lines.map(({ fields, ...line }) => ({ ...line, ...(fields === undefined ? {} : { fields: [...fields] }) })),
    notes: [...notes],
  };
}

/** Another window, or the same one, has looked at another file since. */
function otherImport(): GlasskeyError {
  return new GlasskeyError({
    code: 'TARGET_IMPORT_OTHER',
    message: 'This is not what was looked at last; nothing was taken in.',
    remedy: 'Look at the file again.',
  });
}
