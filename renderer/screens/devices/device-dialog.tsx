/** Writes down a new device, or changes one. What the main process refuses is told at its field; nothing that was typed is lost. */
import { Button, Field, Input, Select, Textarea } from '@fluentui/react-components';
import { type FormEvent, useState } from 'react';
import type { TargetView } from '../../../main/ipc/contract.ts';
import { CallError, call } from '../../contract-client.ts';
import { DialogFrame } from '../../design/dialog-frame.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { useTexts } from '../../texts.tsx';
import {
  type DraftField,
  draftOf,
  emptyField,
  fieldOfError,
  inputName,
  sameField,
  saveInput,
  type TargetDraft,
} from './target-draft.ts';
import { namesOf, ROLES, type TargetRole } from './target-words.ts';
import { WayFields } from './way-fields.tsx';

export interface DeviceDialogProps {
  /** Undefined: a new one. */
  readonly target: TargetView | undefined;
  /** What to begin the address of a new one with. */
  readonly typed: string;
  readonly defaultJump: string | null;
  /** Names of the saved jump hosts. */
  readonly jumpHosts: readonly string[];
  readonly onSaved: (target: TargetView) => void;
  readonly onClose: () => void;
}

/** What is wrong: at a field, in words, or, where no field is to blame, with the whole error. */
interface Problem {
  readonly field: DraftField | undefined;
  readonly text: string;
  readonly error?: unknown;
}

export function DeviceDialog({ target, typed, defaultJump, jumpHosts, onSaved, onClose }: DeviceDialogProps) {
  const { say } = useTexts();
  const [draft, setDraft] = useState<TargetDraft>(() => draftOf(target, typed, defaultJump));
  const [problem, setProblem] = useState<Problem>();
  const [saving, setSaving] = useState(false);

  const change = (next: TargetDraft) => {
    setDraft(next);
    setProblem(undefined);
  };
  const tell = (form: Element, found: Problem) => {
    setProblem(found);
    const { field } = found;
    if (field === undefined) return;
    form.querySelector<HTMLElement>(`[name="${inputName(field)}"]`)?.focus();
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (saving) return;
    const form = event.currentTarget;
    const empty = emptyField(draft);
    if (empty !== undefined) return tell(form, { field: empty, text: missing(empty) });
    setSaving(true);
    try {
      const { target: saved } = await call('targets.save', saveInput(draft, target?.name));
      onSaved(saved);
    } catch (error) {
      setSaving(false);
      if (!(error instanceof CallError)) return tell(form, { field: undefined, text: '', error });
      tell(form, { field: fieldOfError(error), text: `${error.message} ${error.remedy}`, error });
    }
  };
  const missing = (field: DraftField): string => {
    if (typeof field === 'object') return say('devices.jump-missing');
    return say(field === 'name' ? 'devices.name-missing' : 'devices.address-missing');
  };
  const at = (field: DraftField) =>
    problem !== undefined && sameField(problem.field, field)
      ? { validationState: 'error' as const, validationMessage: problem.text }
      : {};

  return (
    <DialogFrame
      title={target === undefined ? say('devices.dialog-add') : say('devices.dialog-edit', { name: target.name })}
      maxWidth={600}
      onClose={onClose}
      onSubmit={save}
      buttons={
        <>
          <Button onClick={onClose}>{say('devices.cancel')}</Button>
          <Button appearance="primary" type="submit" disabledFocusable={saving}>
            {saving ? say('devices.saving') : say('devices.save')}
          </Button>
        </>
      }
    >
      <Field label={say('devices.name')} hint={say('devices.name-hint')} required {...at('name')}>
        <Input
          name="name"
          value={draft.name}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          onChange={(_, { value }) => change({ ...draft, name: value })}
        />
      </Field>
      <Field label={say('devices.address')} hint={say('devices.address-hint')} required {...at('device')}>
        <Input
          name="device"
          value={draft.device}
          autoComplete="off"
          spellCheck={false}
          onChange={(_, { value }) => change({ ...draft, device: value })}
        />
      </Field>
      <Field label={say('devices.role')} {...at('role')}>
        <Select
          name="role"
          value={draft.role}
          onChange={(_, { value }) => change({ ...draft, role: value as TargetRole })}
        >
          {namesOf(ROLES).map((role) => (
            <option key={role} value={role}>
              {say(ROLES[role].name)}
            </option>
          ))}
        </Select>
      </Field>
      <WayFields
        draft={draft}
        jumpHosts={jumpHosts.filter((name) => name !== target?.name)}
        defaultJump={defaultJump}
        onChange={change}
        problem={problem}
      />
      <Field label={say('devices.tags')} hint={say('devices.tags-hint')} {...at('tags')}>
        <Input
          name="tags"
          value={draft.tags}
          autoComplete="off"
          spellCheck={false}
          onChange={(_, { value }) => change({ ...draft, tags: value })}
        />
      </Field>
      <Field label={say('devices.notes')} {...at('notes')}>
        <Textarea
          name="notes"
          value={draft.notes}
          resize="vertical"
          maxLength={4000}
          onChange={(_, { value }) => change({ ...draft, notes: value })}
        />
      </Field>
      {problem?.field === undefined && problem?.error !== undefined && <ErrorNotice error={problem.error} />}
    </DialogFrame>
  );
}
