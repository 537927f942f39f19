/** The devices one logs in to: search, connect, add, change, remove, and copy the exact ssh command. */
import { Button, MenuDivider, MenuItem, Spinner } from '@fluentui/react-components';
import { AddRegular, MoreHorizontalRegular, ServerRegular } from '@fluentui/react-icons';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { TargetView } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { ScreenBody } from '../../design/screen-body.tsx';
import { ScreenMenu } from '../../design/screen-menu.tsx';
import { useConnect, useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { DrillDialog, type Rehearsal } from '../drill/drill-dialog.tsx';
import { DrillMenu } from '../drill/drill-menu.tsx';
import { DeviceDialog } from './device-dialog.tsx';
import { DeviceFinder } from './device-finder.tsx';
import type { RowAction } from './device-row.tsx';
import { HostKeysDialog } from './host-keys-dialog.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { RemoveDeviceDialog } from './remove-device-dialog.tsx';
import { indexTargets } from './target-search.ts';
import { ROLES } from './target-words.ts';
import { useTargets } from './use-targets.ts';

type Open =
  | { readonly kind: 'add'; readonly typed: string }
  | { readonly kind: 'edit' | 'remove' | 'host-keys'; readonly target: TargetView }
  | { readonly kind: 'import'; readonly which: 'chosen' | 'ssh-config' }
  | { readonly kind: 'rehearse'; readonly rehearsal: Rehearsal };

/** How long a sentence about what was done stays. */
const TOLD_MS = 6000;

export function DevicesScreen() {
  const { say } = useTexts();
  const announce = useAnnounce();
  const connect = useConnect();
  const { saved, error, reload } = useTargets();
  const [open, setOpen] = useState<Open>();
  const [failure, setFailure] = useState<unknown>();
  const [told, setTold] = useState('');
  const search = useRef<HTMLInputElement>(null);
  const addFirst = useRef<HTMLElement>(null);
  /** The first device was added: the search box, to which the focus goes, comes with the list. */
  const goesToSearch = useRef(false);
  const index = useMemo(() => indexTargets(saved?.targets ?? [], (role) => say(ROLES[role].name)), [saved, say]);
  const jumpHosts = useMemo(
    () => (saved?.targets ?? []).filter(({ role }) => role === 'jump-host').map(({ name }) => name),
    [saved],
  );

  useOpenAtOnce(saved?.targets, setOpen);

  useEffect(() => {
    if (told === '') return;
    const timer = setTimeout(() => setTold(''), TOLD_MS);
    return () => clearTimeout(timer);
  }, [told]);
  const tell = useCallback(
    (text: string) => {
      setTold(text);
      announce(text);
    },
    [announce],
  );

  const act = useCallback(
    async (action: RowAction, target: TargetView | string, way?: number) => {
      setFailure(undefined);
      const name = typeof target === 'string' ? target : target.name;
      try {
        if (action === 'connect') {
          announce(say('devices.opening', { name }));
          await connect(name, way);
        } else if (action === 'copy') {
          const { command } = await call('targets.command', { target: name });
          await call('app.copy', { text: command });
          tell(say('devices.copied', { command }));
        } else if (typeof target === 'object' && action === 'favourite') {
          const isFavourite = !target.isFavourite;
          await call('targets.favourite', { name, isFavourite });
          tell(say(isFavourite ? 'devices.is-favourite' : 'devices.is-no-favourite', { name }));
        } else if (action === 'rehearse') {
          setOpen({ kind: 'rehearse', rehearsal: { kind: 'device', name } });
        } else if (typeof target === 'object' && action !== 'favourite') {
          setOpen({ kind: action, target });
        }
      } catch (caught) {
        setFailure(caught);
      }
    },
    [announce, connect, say, tell],
  );
  const close = () => {
    setOpen(undefined);
    // Always somewhere: while the focus is nowhere, Fluent keeps all that was behind the dialog from screen readers.
    (search.current ?? addFirst.current)?.focus();
  };
  const exportTo = async (format: 'csv' | 'json' | 'ssh-config') => {
    setFailure(undefined);
    try {
      const { file } = await call('targets.export', { format });
      if (file !== undefined) tell(say('devices.exported', { file }));
    } catch (caught) {
      setFailure(caught);
    }
  };
  const done = (sentence: string) => {
    close();
    goesToSearch.current = search.current === null;
    tell(sentence);
    void reload();
  };

  const some = saved !== undefined && saved.targets.length > 0;
  useEffect(() => {
    if (!some || !goesToSearch.current) return;
    goesToSearch.current = false;
    search.current?.focus();
  }, [some]);
  return (
    <ScreenBody fill>
      <PageHeader
        title={say('devices.title')}
        actions={
          saved !== undefined && (
            <>
              {some && (
                <Button icon={<AddRegular />} onClick={() => setOpen({ kind: 'add', typed: '' })}>
                  {say('devices.add')}
                </Button>
              )}
              {some && (
                <DrillMenu
                  hasFavourites={saved.targets.some(({ isFavourite }) => isFavourite)}
                  onChosen={(rehearsal) => setOpen({ kind: 'rehearse', rehearsal })}
                />
              )}
              <ScreenMenu
                button={
                  <Button
                    icon={<MoreHorizontalRegular />}
                    aria-label={say('devices.more')}
                    title={say('devices.more')}
                  />
                }
              >
                <MenuItem onClick={() => setOpen({ kind: 'import', which: 'chosen' })}>
                  {say('devices.import-chosen')}
                </MenuItem>
                <MenuItem onClick={() => setOpen({ kind: 'import', which: 'ssh-config' })}>
                  {say('devices.import-ssh-config')}
                </MenuItem>
                {some && (
                  <>
                    <MenuDivider />
                    <MenuItem onClick={() => exportTo('csv')}>{say('devices.export-csv')}</MenuItem>
                    <MenuItem onClick={() => exportTo('ssh-config')}>{say('devices.export-ssh-config')}</MenuItem>
                    <MenuItem onClick={() => exportTo('json')}>{say('devices.export-json')}</MenuItem>
                  </>
                )}
              </ScreenMenu>
            </>
          )
        }
      />
      {error !== undefined && (
        <ErrorNotice error={error} action={<Button onClick={reload}>{say('devices.retry')}</Button>} />
      )}
      {failure !== undefined && <ErrorNotice error={failure} />}
      {saved === undefined && error === undefined && <Spinner label={say('devices.loading')} />}
      {saved !== undefined && !some && (
        <EmptyState
          picture={<ServerRegular />}
          title={say('devices.empty-title')}
          text={say('devices.empty-explained')}
          action={
            <Button
              ref={(button: HTMLElement | null) => {
                addFirst.current = button;
              }}
              appearance="primary"
              icon={<AddRegular />}
              onClick={() => setOpen({ kind: 'add', typed: '' })}
            >
              {say('devices.add-first')}
            </Button>
          }
        />
      )}
      {some && (
        <DeviceFinder
          search={search}
          index={index}
          targets={saved.targets}
          defaultJump={saved.defaultJump}
          told={told}
          onAction={act}
        />
      )}
      {(open?.kind === 'add' || open?.kind === 'edit') && (
        <DeviceDialog
          target={open.kind === 'edit' ? open.target : undefined}
          typed={open.kind === 'add' ? open.typed : ''}
          defaultJump={saved?.defaultJump ?? null}
          jumpHosts={jumpHosts}
          onSaved={({ name }) => done(say(open.kind === 'add' ? 'devices.added' : 'devices.changed', { name }))}
          onClose={close}
        />
      )}
      {open?.kind === 'import' && (
        <ImportDialog
          which={open.which}
          onImported={({ added, changed }) => done(say('devices.imported', { added, changed }))}
          onClose={close}
        />
      )}
      {open?.kind === 'host-keys' && (
        <HostKeysDialog
          target={open.target}
          onForgotten={() => done(say('devices.host-keys-forgotten', { name: open.target.name }))}
          onClose={close}
        />
      )}
      {open?.kind === 'rehearse' && <DrillDialog rehearsal={open.rehearsal} onClose={close} />}
      {open?.kind === 'remove' && (
        <RemoveDeviceDialog
          target={open.target}
          onRemoved={() => done(say('devices.removed', { name: open.target.name }))}
          onClose={close}
        />
      )}
    </ScreenBody>
  );
}

/** What brought the window here wants a login rehearsed, or host keys compared: once, as soon as the devices are known. */
function useOpenAtOnce(targets: readonly TargetView[] | undefined, open: (what: Open) => void): void {
  const { place } = useNavigation();
  const opened = useRef<unknown>(undefined);
  useEffect(() => {
    if (targets === undefined || opened.current === place) return;
    opened.current = place;
    const { rehearse, hostKeysOf } = place;
    if (rehearse !== undefined) {
      const { target } = rehearse;
      open({ kind: 'rehearse', rehearsal: target === undefined ? { kind: 'all' } : { kind: 'device', name: target } });
    }
    const target = targets.find(({ name }) => name === hostKeysOf);
    if (target !== undefined) open({ kind: 'host-keys', target });
  }, [targets, place, open]);
}
