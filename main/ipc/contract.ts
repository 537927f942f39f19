/**
 * Everything that crosses between the windows and the main process: each call and each event, with its schemas. The binder
 * (call-server.ts) holds every message to it, in both directions; the windows import its types and nothing else.
 *
 * Bytes cross as Uint8Array (structured clone keeps them), times as milliseconds since the Unix epoch.
 */
import { z } from 'zod';

/** Which document asks. A call is open to the windows that its `from` names and to no other. */
export type WindowKind = 'main' | 'prompt';

const NONE = z.strictObject({});
/** A name, a host, a path: one line of moderate length. */
const line = z
  .string()
  .max(1024)
  .refine((text) => !/\p{Cc}/u.test(text), 'must be one line without control characters');
const filledLine = line.min(1);
const bytes = z.custom<Uint8Array<ArrayBuffer>>((value) => value instanceof Uint8Array, 'must be bytes');
const time = z.number();

/** An error as it crosses: the same code, sentence and remedy as everywhere (design, decision 10). No stack, no cause. */
export const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  kind: z.enum(['expected', 'cancelled', 'bug']),
  /** Which member of the input it is about, and of a list which one, from 0; absent where it is about the whole. */
  field: z.string().optional(),
  index: z.number().optional(),
  /** Of a way of a target: which jump host, from 0, or its `device`. */
  part: z.union([z.number(), z.literal('device')]).optional(),
});

// --- Readiness and the key -------------------------------------------------------------------------------------------------

const enrollmentState = z.enum([
  'planned',
  'requested',
  'made',
  'attested',
  'written',
  'published',
  'retiring',
  'retired',
  'abandoned',
]);
const algorithm = z.enum(['ed25519-sk', 'ecdsa-sk']);

const enrollment = z.object({
  id: z.string(),
  state: enrollmentState,
  createdAt: time,
  /** For the day on which the other is lost: that it is on no profile is no fault. */
  backup: z.boolean(),
  algorithm: z.string(),
  keyFile: z.string(),
  product: z.string().optional(),
  fingerprint: z.string().optional(),
  /** OpenSSH's picture of the key, several lines; only where the key is written. */
  randomart: z.string().optional(),
  publicLine: z.string().optional(),
  filesPresent: z.boolean(),
  account: z.string().optional(),
  publishedAt: time.optional(),
  /** False: it was made elsewhere, and nobody has looked yet whether the profile holds it. */
  profileKnown: z.boolean(),
  /** When every device has it at the latest. */
  reconciledBy: time.optional(),
  replacedAt: time.optional(),
  /** The last login with it that a device accepted, as that device's ssh said. */
  lastProven: z.object({ at: time, device: z.string(), by: z.enum(['command-line', 'window', 'drill']) }).optional(),
});

export const verdictSchema = z.enum([
  'ready',
  'waiting-for-devices',
  'unproven',
  'not-published',
  'files-missing',
  'unfinished',
  'not-enrolled',
]);

/** What each means: main/storage/target-store.ts. */
const targetRole = z.enum([
  'jump-host',
  'ce',
  'tor',
  'management-switch',
  'packet-broker',
  'terminal-server',
  'bare-metal',
  'vm',
  'aks-node',
  'other',
]);
const wayKind = z.enum(['jump', 'forwarded', 'console', 'password']);

const target = z.object({
  name: z.string(),
  role: targetRole,
  /** `user@host:port`, as it was typed. */
  device: z.string(),
  /** In the order in which they are tried; at least one. `device`: where this one logs in to, if not to the target's own. */
  ways: z.array(z.object({ kind: wayKind, jumps: z.array(z.string()), device: z.string().optional() })).min(1),
  tags: z.array(z.string()),
  notes: z.string(),
  isFavourite: z.boolean(),
  lastUsedAt: time.nullable(),
});

const targetImport = z.object({
  /** For `targets.import`. */
  id: z.string(),
  file: z.string(),
  /** What each verdict means: main/glasskey-target-import.ts. */
  lines: z.array(
    z.object({
      place: z.string(),
      name: z.string(),
      verdict: z.enum(['add', 'change', 'same', 'clash', 'refused']),
      device: z.string().optional(),
      reason: z.string().optional(),
      fields: z.array(z.enum(['role', 'device', 'ways', 'tags', 'notes', 'isFavourite'])).optional(),
    }),
  ),
  notes: z.array(z.string()),
});

const hostKeys = z.object({
  address: z.string(),
  /** Only the keys of origin `pinned` count. */
  isPinned: z.boolean(),
  keys: z.array(
    z.object({
      file: z.string(),
      line: z.number(),
      origin: z.enum(['pinned', 'own', 'user', 'system']),
      marker: z.enum(['cert-authority', 'revoked']).optional(),
      type: z.string(),
      fingerprint: z.string(),
    }),
  ),
});

/**
 * One link of the chain from the key to the device.
 * - `good`: known to hold, `waiting`: will hold by itself, at `until`, `todo`: the person has to do something,
 * - `unknown`: nobody has looked or tried yet. It never means that something is wrong.
 */
const chainLink = z.object({
  link: z.enum(['key', 'profile', 'reconciliation', 'jump-host', 'device']),
  state: z.enum(['good', 'waiting', 'todo', 'unknown']),
  /** What it is: the key's product, the account, the jump host, the device. Undefined where there is none yet. */
  name: z.string().optional(),
  /** When that was last seen to be so. */
  since: time.optional(),
  until: time.optional(),
  /** Only of the key: whether one is plugged in now. Absent where nobody has looked. */
  pluggedIn: z.boolean().optional(),
});

/** On Windows: which way security keys are reached, and why that one (main/glasskey-key-way.ts); `obstacle`: why nothing can be done that way. */
const keyWay = z.object({
  way: z.enum(['direct', 'windows']),
  because: z.enum(['setting', 'elevated', 'not-elevated', 'cannot-open']),
  obstacle: z.object({ code: z.string(), message: z.string(), remedy: z.string() }).optional(),
});

/** What each means: main/enrollment/rotation.ts. */
const rotationStage = z.enum(['making', 'to-publish', 'waiting', 'to-prove', 'to-retire', 'retiring']);

const drillVerdict = z.enum(['passed', 'failed', 'not-tried']);

const readiness = z.object({
  verdict: verdictSchema,
  chain: z.array(chainLink),
  /** The one thing to do next. */
  next: z.discriminatedUnion('action', [
    z.object({ action: z.literal('enroll') }),
    z.object({ action: z.literal('finish-enrollment') }),
    z.object({ action: z.literal('publish') }),
    z.object({ action: z.literal('wait'), until: time }),
    z.object({ action: z.literal('connect'), target: z.string().optional() }),
    z.object({ action: z.literal('restore-files'), keyFile: z.string() }),
  ]),
  /** Newest first. `canBePublished`: `publish.run` could put it on the profile, where it is not now as far as is known here. */
  enrollments: z.array(enrollment.extend({ canBePublished: z.boolean() })),
  /** A replacement of the key is under way; absent where none is. */
  rotation: z.object({ stage: rotationStage, leaving: z.enum(['old', 'new']) }).optional(),
  keyWay: keyWay.optional(),
  /** The last rehearsal of any target. */
  lastDrill: z.object({ target: z.string(), at: time, verdict: drillVerdict }).optional(),
  /** The saved targets that neither a login nor a drill has ever proven; absent: there is none. */
  neverProven: z.array(z.string()).optional(),
  now: time,
});

const pluggedInKey = z.object({
  path: z.string(),
  product: z.string(),
  firmware: z.string().optional(),
  pinSet: z.boolean().optional(),
  pinTriesLeft: z.number().optional(),
  problem: z.string().optional(),
});

// --- Enrolling -------------------------------------------------------------------------------------------------------------

const filesOutlook = z.object({
  /** What an earlier run left; `enroll.run` goes on with it unless `fresh`. */
  unfinished: z.object({ state: enrollmentState, createdAt: time, product: z.string().optional() }).optional(),
  keyFile: z.string(),
  /** A file of that name is there, and is not the unfinished enrollment's own. */
  keyFileTaken: z.boolean(),
});

const enrollOutlook = filesOutlook.extend({
  pluggedIn: z.array(pluggedInKey),
  /** Through Windows, whose dialog finds the key and asks for PIN and touch, what is plugged in is not seen. */
  keyWay: keyWay.optional(),
  /** How many keys are enrolled here already. */
  enrolled: z.number(),
  /** The same of a backup; absent where no key is on a profile yet. */
  backup: filesOutlook
    .extend({
      /** One is enrolled here, and is on no profile yet. */
      isPrepared: z.boolean(),
    })
    .optional(),
  /** Why nothing can be published yet (no app registration); undefined where it can. */
  publishObstacle: errorSchema.optional(),
});

/** What has happened (past tense), or is waited for. The steps mirror the journal's states. */
const enrollStep = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('resumed'), state: enrollmentState, createdAt: time }),
  z.object({ kind: z.literal('key-found'), product: z.string(), firmware: z.string(), model: z.string().optional() }),
  /** A published weakness concerns the key; sentences for people. */
  z.object({
    kind: z.literal('key-notice'),
    id: z.string(),
    title: z.string(),
    meaning: z.string(),
    remedy: z.string(),
    url: z.string(),
  }),
  z.object({ kind: z.literal('key-busy') }),
  z.object({ kind: z.literal('pin-wanted'), isNew: z.boolean() }),
  z.object({ kind: z.literal('pin-given') }),
  z.object({ kind: z.literal('pin-set') }),
  z.object({ kind: z.literal('touch-wanted'), systemAsks: z.boolean().optional() }),
  z.object({ kind: z.literal('touched') }),
  z.object({ kind: z.literal('credential-made') }),
  z.object({
    kind: z.literal('attestation'),
    verdict: z.enum(['genuine', 'unknown-issuer', 'self', 'none']),
    issuer: z.string().optional(),
    /** `Yubico`, or the file of an administrator's root. */
    root: z.string().optional(),
    because: z.enum(['no-known-root', 'expired', 'not-yet-valid', 'certificate-form']).optional(),
  }),
  z.object({
    kind: z.literal('files-written'),
    keyFile: z.string(),
    fingerprint: z.string(),
    keptOld: z.array(z.string()),
  }),
  /** The browser has the page, or, with `url`, could not be started. */
  z.object({ kind: z.literal('sign-in-wanted'), url: z.string().optional() }),
  z.object({ kind: z.literal('publishing'), account: z.string() }),
  z.object({ kind: z.literal('published'), account: z.string(), replaced: z.boolean() }),
  z.object({ kind: z.literal('remark'), text: z.string() }),
]);

const enrollReport = z.object({
  id: z.string(),
  state: z.enum(['written', 'published']),
  keyFile: z.string(),
  publicLine: z.string(),
  fingerprint: z.string(),
  randomart: z.string(),
  account: z.string().optional(),
  reconciledBy: time.optional(),
});

const publishReport = z.object({
  account: z.string(),
  fingerprint: z.string(),
  publishedAt: time,
  reconciledBy: time,
  alreadyThere: z.boolean(),
});

// --- Security keys ---------------------------------------------------------------------------------------------------------

/** The `path` of `keys.list`. */
const keyPath = filledLine;
/** A credential id or the number of a fingerprint, in lower-case hex. */
const hexId = z
  .string()
  .regex(/^([0-9a-f]{2})+$/)
  .max(2048);
/** A word that was typed as consent; the main process compares it. */
const consent = z.string().max(64);

const advisory = z.object({
  /** The vendor's own number for it. */
  id: z.string(),
  title: z.string(),
  /** `notice`: worth a person's time. */
  severity: z.enum(['notice', 'information']),
  meaning: z.string(),
  remedy: z.string(),
});

const securityKey = z.object({
  path: z.string(),
  /** Its model, or what it calls itself. */
  product: z.string(),
  /** False: no model of this AAGUID is known; `product` is what the key says of itself. */
  isModelKnown: z.boolean(),
  /** What it looks like, as far as that can be told: an AAGUID names a series, not a housing. */
  shape: z.enum(['plain', 'nfc', 'sensor', 'two-plugs']),
  firmware: z.string().optional(),
  aaguid: z.string().optional(),
  advisories: z.array(advisory),
  /** Absent with all below where the key could not be asked: see `problem`. */
  pin: z
    .object({
      state: z.enum(['unsupported', 'not-set', 'set', 'change-forced', 'replug-needed', 'blocked']),
      triesLeft: z.number().optional(),
      /** In code points. */
      minLength: z.number(),
    })
    .optional(),
  credentials: z
    .object({
      canList: z.boolean(),
      canRename: z.boolean(),
      /** Places that are left, where the key tells it without the PIN. */
      free: z.number().optional(),
    })
    .optional(),
  /** Absent: it has no reader. */
  fingerprints: z.object({ enrolled: z.boolean() }).optional(),
  /** Whether each use wants PIN or finger; absent where that cannot be set. */
  alwaysUv: z.boolean().optional(),
  canSetMinPinLength: z.boolean().optional(),
  canWink: z.boolean().optional(),
  problem: errorSchema.optional(),
});

/** What the attestation of an enrollment proves; `not-kept`: it was found on the key, and nobody kept what it attested. */
const attestationVerdict = z.object({
  verdict: z.enum(['genuine', 'unknown-issuer', 'self', 'none', 'not-kept', 'forged']),
  issuer: z.string().optional(),
  root: z.string().optional(),
  because: z.enum(['no-known-root', 'expired', 'not-yet-valid', 'certificate-form']).optional(),
});

const residentCredential = z.object({
  /** Its credential id. */
  id: hexId,
  rpId: z.string(),
  userName: z.string().optional(),
  displayName: z.string().optional(),
  algorithm: z.string(),
  /** Only of an SSH key. */
  ssh: z
    .object({
      fingerprint: z.string().optional(),
      /** Its enrollment on this computer; a login depends on it, and its deletion wants consent that is typed. */
      enrollment: z
        .object({
          keyFile: z.string(),
          createdAt: time.optional(),
          attestation: attestationVerdict.optional(),
          /** The account whose profile holds it, as far as this computer knows. */
          onProfileOf: z.string().optional(),
        })
        .optional(),
    })
    .optional(),
});

const credentialList = z.object({
  relyingParties: z.array(z.object({ rpId: z.string(), credentials: z.array(residentCredential) })),
  used: z.number(),
  /** An estimate of the key's. */
  free: z.number(),
});

const fingerprint = z.object({ id: hexId, name: z.string().optional() });

const resetLoss = z.object({
  pinSet: z.boolean(),
  fingerprints: z.boolean(),
  /** Absent: they are not known, and `unlisted` says why. */
  credentials: z.array(residentCredential).optional(),
  unlisted: z.enum(['pin-not-given', 'no-pin', 'pin-blocked', 'pin-change-forced', 'cannot-list']).optional(),
  /** Enrollments of this computer that are on this key, or may be (`isCertain` false). */
  enrollments: z.array(
    z.object({
      keyFile: z.string(),
      fingerprint: z.string(),
      onProfileOf: z.string().optional(),
      isCertain: z.boolean(),
    }),
  ),
});

/** What the key, or the person at it, is waited for. */
const keyStep = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('key-busy') }),
  z.object({ kind: z.literal('pin-wanted'), isNew: z.boolean() }),
  z.object({ kind: z.literal('pin-given') }),
  /** A finger on the sensor, `left` times more where that is known. */
  z.object({ kind: z.literal('finger-wanted'), left: z.number().optional() }),
  /** The reader did not know the finger: it is wanted again, or the PIN in its place. */
  z.object({ kind: z.literal('finger-unknown') }),
  /** One sample of a new fingerprint was taken, or was not good enough. */
  z.object({
    kind: z.literal('sample'),
    feedback: z.enum([
      'good',
      'too-high',
      'too-low',
      'too-left',
      'too-right',
      'too-fast',
      'too-slow',
      'poor-quality',
      'too-skewed',
      'too-short',
      'merge-failure',
      'already-enrolled',
      'database-full',
      'no-finger',
      'not-lifted',
      'unknown',
    ]),
    left: z.number(),
  }),
  /** The reset goes on when `keys.agree` brings the word. */
  z.object({ kind: z.literal('consent-wanted'), loss: resetLoss, windowSeconds: z.number() }),
  z.object({ kind: z.literal('unplug-wanted') }),
  z.object({ kind: z.literal('plug-in-wanted') }),
  /** Another key was plugged in: nothing was sent to it. */
  z.object({ kind: z.literal('other-key'), product: z.string() }),
  /** It wants its touch, a long one where `isHeld`; the key takes the reset until `endsAt`. */
  z.object({ kind: z.literal('reset-touch-wanted'), endsAt: time, isHeld: z.boolean() }),
  z.object({ kind: z.literal('touched') }),
]);

const onKey = z.strictObject({ key: keyPath });

// --- Rotation --------------------------------------------------------------------------------------------------------------

/** A new key that takes the place of an old one. */
const rotation = z.object({
  stage: rotationStage,
  /** Which one is to go: `new` where it was given up. */
  leaving: z.enum(['old', 'new']),
  /** A device has accepted a login with the key that stays, since it was published. */
  proven: z.boolean(),
  /** When every device has the key that stays at the latest; absent while it is not on the profile. */
  reconciledBy: time.optional(),
  old: enrollment,
  new: enrollment,
});

// --- Recovery --------------------------------------------------------------------------------------------------------------

/** An SSH key that lives on a security key. */
const recoverableKey = z.object({
  id: z.string(),
  fingerprint: z.string(),
  algorithm,
  userName: z.string().optional(),
  /** Every signature needs the PIN. */
  verifyRequired: z.boolean(),
  /** Absent: nobody has looked at the profile. */
  onProfile: z.boolean().optional(),
  /** It is enrolled on this computer already. */
  enrolled: z.boolean(),
});

const recoveryStep = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('key-busy') }),
  z.object({ kind: z.literal('pin-wanted') }),
  z.object({ kind: z.literal('pin-given') }),
  z.object({ kind: z.literal('keys-listed'), count: z.number() }),
  /** The browser has the page, or, with `url`, could not be started. */
  z.object({ kind: z.literal('sign-in-wanted'), url: z.string().optional() }),
  z.object({ kind: z.literal('looking-at-profile'), account: z.string() }),
  /** Why it could not be looked at: recovery goes on without. */
  z.object({ kind: z.literal('profile-unknown'), error: errorSchema }),
  /** It goes on when `recovery.choose` says which. */
  z.object({ kind: z.literal('choice-wanted'), keys: z.array(recoverableKey) }),
  z.object({ kind: z.literal('files-written'), keyFile: z.string(), fingerprint: z.string() }),
]);

const recoveryReport = z.object({
  product: z.string().optional(),
  /** Absent: nobody has looked. */
  profile: z.object({ account: z.string(), isEmpty: z.boolean() }).optional(),
  keys: z.array(
    recoverableKey.extend({
      outcome: z.enum(['recovered', 'restored', 'unchanged', 'unfinished', 'left']),
      keyFile: z.string().optional(),
      /** A file of something else that has the name which this key would have got: it was left alone. */
      inTheWay: z.string().optional(),
    }),
  ),
  unusable: z.array(
    z.object({
      application: z.string(),
      userName: z.string().optional(),
      why: z.enum(['algorithm', 'application-cut']),
    }),
  ),
});

// --- Sessions --------------------------------------------------------------------------------------------------------------

const MOST_COLUMNS = 1000;
const terminalSize = {
  columns: z.number().int().min(2).max(MOST_COLUMNS),
  rows: z.number().int().min(1).max(MOST_COLUMNS),
};
const sessionId = z.string().min(1).max(64);

/**
 * `starting` → `key-wanted` (PIN or touch: see `waitsFor`) → `open` → `ended`. The key may be wanted again while it is open,
 * because the agent is forwarded.
 */
const session = z.object({
  id: sessionId,
  /** The saved name, or what was typed. */
  target: z.string(),
  /** The saved name, where it is not the host's own. */
  name: z.string().optional(),
  /** `user@host`, with the port where it is not ssh's own; so are the jump hosts. */
  device: z.string(),
  user: z.string(),
  jumps: z.array(z.string()),
  /** Of the way that is tried now, or led there; so are device and jump hosts. */
  way: wayKind,
  state: z.enum(['starting', 'open', 'ended']),
  startedAt: time,
  openedAt: time.optional(),
  endedAt: time.optional(),
  /** What the key is wanted for at this moment, with the whole sentence. */
  waitsFor: z
    .object({
      what: z.enum(['pin', 'touch', 'key']),
      sentence: z.string(),
      /** Of a touch: which login of the way it is for, from 1; absent where it is for none of them. */
      hop: z.object({ at: z.number(), of: z.number(), host: z.string() }).optional(),
      /** Of a touch: the system's own dialog asks for it, and for the PIN. */
      systemAsks: z.boolean().optional(),
    })
    .optional(),
  /** Of the remote shell; absent while it runs and where ssh itself failed. */
  exitCode: z.number().optional(),
  error: errorSchema.optional(),
  /** An open session whose connection went: `sessions.reconnect` is what is wanted next. */
  lost: z.enum(['not-answering', 'cut']).optional(),
  /** How often it was begun anew in its place. The times are of the last time. */
  reconnects: z.number(),
  /** So many terminals show it besides the window: `glasskey sessions attach`. */
  terminals: z.number(),
  /** The host is asked every so many seconds (0: never), and `count` times without an answer end the session. */
  keepAlive: z.object({ everySeconds: z.number(), count: z.number() }),
  /** It is written to a file now. */
  isRecorded: z.boolean(),
  /** The recording that was begun last. `full`: it reached its largest size; `failed`: see `error`. The session goes on either way. */
  recording: z
    .object({
      /** As `recordings.list` names it. */
      name: z.string(),
      state: z.enum(['running', 'stopped', 'full', 'failed']),
      error: errorSchema.optional(),
    })
    .optional(),
});

// --- Recordings ------------------------------------------------------------------------------------------------------------

const recordingName = filledLine.max(200);
const recordingSubject = z.object({ target: z.string(), device: z.string(), jumps: z.array(z.string()) });

const recording = z.object({
  /** The file's name in the folder of recordings. */
  name: z.string(),
  bytes: z.number(),
  startedAt: time.optional(),
  /** Absent: it runs still, or was cut off. */
  seconds: z.number().optional(),
  title: z.string().optional(),
  subject: recordingSubject.optional(),
});

/** asciicast v2. `code`: `o` output, `r` resize (`80x24`), `m` a mark; others are passed over. */
const recordedEvent = z.object({ at: z.number(), code: z.string(), data: z.string() });

// --- Reminders -------------------------------------------------------------------------------------------------------------

const reminderId = filledLine.max(300);
const severity = z.enum(['note', 'soon', 'due', 'critical']);

/** What one click does; what each means: main/reminders/reminder.ts. */
const remedyAction = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['rotate', 'rotate-back', 'enroll', 'enroll-backup', 'recover', 'security-keys']) }),
  z.object({ kind: z.enum(['drill', 'host-keys']), target: z.string().optional() }),
  z.object({ kind: z.literal('connect'), target: z.string() }),
  z.object({ kind: z.literal('publish'), key: z.string() }),
]);

const reminder = z.object({
  id: z.string(),
  severity,
  title: z.string(),
  sentence: z.string(),
  /** By when it should be done. */
  dueAt: time,
  remedy: remedyAction,
  snoozedUntil: time.optional(),
  /** Put aside for good, with a person's own reason. */
  dismissed: z.object({ at: time, because: z.string() }).optional(),
});

/** The check while the app is closed. What the states mean: main/reminders/check-schedule.ts. */
const checkSchedule = z.object({
  state: z.enum(['on', 'off', 'half', 'foreign']),
  by: z.enum(['systemd', 'launchd', 'task-scheduler']),
  files: z.array(
    z.object({ path: z.string(), text: z.string(), state: z.enum(['absent', 'current', 'outdated', 'foreign']) }),
  ),
  /** What switching it on runs, word by word: to be shown. */
  commands: z.array(z.array(z.string())),
});

// --- Settings --------------------------------------------------------------------------------------------------------------

/** Not by zod's own `readonly`, which freezes whatever comes, and throws where that cannot be frozen (bytes). */
const settingList: z.ZodType<readonly string[], readonly string[]> = z.array(z.string().max(1024)).max(1000);
const settingValue = z.union([z.string().max(4096), z.number(), z.boolean(), z.null(), settingList]);

/** One line of the settings screen. `value` null: none. */
const setting = z.object({
  key: z.string(),
  kind: z.enum(['text', 'number', 'switch', 'choice', 'list']),
  /** Of `choice`: the values, in the order to show them. */
  choices: z.array(z.string()).optional(),
  /** Of `number`. */
  least: z.number().optional(),
  most: z.number().optional(),
  value: settingValue,
  standard: settingValue,
  /** `user`: set here or by `glasskey settings set`; `file`: settings.json, an administrator's or a lab's. */
  source: z.enum(['default', 'file', 'user']),
  /** Why a stored value is not used, in a sentence. */
  problem: z.string().optional(),
  /** settings.json decides it. */
  fixed: z.literal(true).optional(),
});

// --- The agent -------------------------------------------------------------------------------------------------------------

const agent = z.object({
  state: z.enum(['off', 'listening', 'locked', 'failed']),
  /** Path of the Unix socket or named pipe. */
  socketPath: z.string().optional(),
  keys: z.number(),
  error: errorSchema.optional(),
  /** What to type into a shell so that programs there use it. */
  shellLine: z.string().optional(),
});

/** Where it comes from: `file`: settings.json decides it for all keys; `key`: its owner said so of this key; `settings`: what holds for all. */
const policySource = z.enum(['file', 'key', 'settings']);
const askPolicy = z.enum(['always', 'once-per-session']);
const forwardedPolicy = z.enum(['ask', 'refuse']);

/** What the agents do with one key. */
const keyPolicy = z.object({
  /** Its fingerprint. */
  key: z.string(),
  keyFile: z.string(),
  product: z.string().optional(),
  ask: z.object({ value: askPolicy, source: policySource }),
  /** What another host wants, to which the agent is forwarded. */
  forwarded: z.object({ value: forwardedPolicy, source: policySource }),
});

/** One request for a signature and what came of it. Names are fit to be shown; nothing of what was signed is here. */
const agentRequest = z.object({
  id: z.number(),
  at: time,
  /** Whose agent: the app's, that of one login, or that of `glasskey agent`. */
  agent: z.enum(['app', 'connect', 'command-line']),
  purpose: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('login'),
      user: z.string(),
      /** The host's name in known_hosts, or the fingerprint of its key; absent where ssh said neither. */
      host: z.string().optional(),
    }),
    z.object({ kind: z.literal('sshsig'), namespace: z.string() }),
    z.object({ kind: z.literal('other') }),
  ]),
  /** The hosts that the agent was forwarded through, nearest first: names, or fingerprints of unknown ones. */
  through: z.array(z.string()),
  program: z.string().optional(),
  /** The program that started it. */
  starter: z.string().optional(),
  decision: z.enum(['signed', 'passed-through', 'denied', 'refused', 'timed-out', 'cancelled', 'failed']),
  /** A code of docs/errors.md, or a reason of main/agent/signing-purpose.ts. */
  reason: z.string().optional(),
  /** A person was asked. */
  asked: z.boolean(),
});

// --- The user's ssh configuration ------------------------------------------------------------------------------------------

const sshConfig = z.object({
  /** `installed`: the entries are written, and the user's own file includes them. `half`: one of the two. */
  state: z.enum(['installed', 'half', 'absent']),
  /** Of the entries. */
  fragmentFile: z.string(),
  /** The user's own. */
  configFile: z.string(),
  isIncluded: z.boolean(),
  /** What the user's own file gets, or has, at its top. */
  line: z.string(),
  /** The first of `hostCount`: what ssh can be given as a host. */
  hosts: z.array(z.object({ alias: z.string(), device: z.string(), kind: wayKind })),
  hostCount: z.number(),
  /** What of the targets ssh_config cannot say, in sentences. */
  remarks: z.array(z.string()),
  /** For an entry of the user's own. */
  identityAgentLine: z.string(),
  /** Lines for a shell; absent while nothing is installed, or no key is enrolled. */
  gitCommands: z.string().optional(),
});

// --- Prompts ---------------------------------------------------------------------------------------------------------------

/**
 * What the prompt window draws, finished sentences and all: the document has no texts and no decisions of its own.
 * A prompt lives from the question to the end of what it is for: `asking` → `waiting` (with the key) → `touch` → `done`.
 */
const prompt = z.object({
  id: z.string(),
  /** The window's heading: what happens when it is allowed. */
  title: z.string(),
  /** Who asks, for what, through which hop; one paragraph each. */
  sentences: z.array(z.string()),
  /** The way of a signature, from this computer to the host that is logged in to, to be drawn; undefined where there is none. */
  chain: z
    .object({
      label: z.string(),
      /** `detail`: who asks here, whether that host has the agent, as whom, and the fingerprint. May be empty. */
      links: z.array(z.object({ name: z.string(), detail: z.string() })),
    })
    .optional(),
  state: z.enum(['asking', 'waiting', 'touch', 'done', 'failed']),
  /** What is going on, below the picture of the key: read out when it changes. */
  status: z.string(),
  /** Undefined: nothing to type. `new-pin` has a second field that must hold the same. */
  field: z
    .object({
      kind: z.enum(['pin', 'new-pin']),
      label: z.string(),
      /** Of `new-pin`. */
      repeatLabel: z.string().optional(),
      /** In code points, and at most so many bytes of UTF-8: what is outside is not sent. */
      minLength: z.number(),
      maxBytes: z.number(),
      /** Said when it is outside: too short, too long, not the same. */
      tooShort: z.string(),
      tooLong: z.string(),
      notTheSame: z.string(),
    })
    .optional(),
  /** Told before they are broken. */
  rules: z.array(z.string()),
  /** What was wrong with the last answer, and how many tries are left. */
  problem: z.string().optional(),
  /** In the order they stand. `deny` is always there while it is `asking`, `cancel` while it waits. */
  buttons: z.array(
    z.object({ answer: z.enum(['once', 'session', 'deny', 'cancel']), label: z.string(), needsField: z.boolean() }),
  ),
  /** An allowing button may not be pressed earlier than this many milliseconds after the prompt is first seen. */
  pauseMs: z.number(),
  /** Counts how often it came to be seen (on top again, the screen unlocked again): the pause begins anew with each. */
  showing: z.number(),
  /** Milliseconds left until it is denied by itself, when this was sent; absent where it is not asking. */
  deniedInMs: z.number().optional(),
});

const promptQueue = z.object({
  /** The first is the one to draw. */
  prompts: z.array(prompt),
  /** "1 of 2", or empty. */
  position: z.string(),
  language: z.string(),
});

const promptAnswer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('allow'),
    keep: z.enum(['once', 'session']),
    /** UTF-8; absent where the prompt has no field. Whoever receives it wipes it. */
    pin: bytes.refine((pin) => pin.length <= 1024, 'is too long for any PIN').optional(),
  }),
  z.strictObject({ kind: z.literal('deny') }),
  /** Ends what is under way. */
  z.strictObject({ kind: z.literal('cancel') }),
]);

const drillStep = z.object({
  step: z.enum(['way', 'key', 'pin', 'credential', 'profile', 'agent', 'app-agent', 'reach', 'host-key', 'login']),
  /** `user@host`, of the steps that are of a hop. */
  hop: z.string().optional(),
  state: z.enum(['passed', 'failed', 'skipped']),
  ms: z.number(),
  code: z.string().optional(),
  /** What happened, or why it was skipped. */
  message: z.string().optional(),
  /** As the window says it: no command line. */
  remedy: z.string().optional(),
});
const drillWay = z.enum(['jump', 'forwarded', 'console', 'password']);
/** One way to one target, rehearsed. */
const drillRecord = z.object({
  id: z.number(),
  target: z.string(),
  way: z.object({ kind: drillWay, hops: z.array(z.string()) }),
  at: time,
  verdict: drillVerdict,
  steps: z.array(drillStep),
});
/** What a drill tells on the way. Without `target`: of what all its targets have in common. */
const drillEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('target'), target: z.string(), way: drillWay, hops: z.array(z.string()) }),
  z.object({
    kind: z.literal('doing'),
    target: z.string().optional(),
    step: drillStep.shape.step,
    hop: z.string().optional(),
  }),
  z.object({ kind: z.literal('done'), target: z.string().optional(), step: drillStep }),
]);

// --- The calls -------------------------------------------------------------------------------------------------------------

export interface CallShape {
  readonly from: WindowKind;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  /** Of long calls: what they tell on the way. They can be cancelled, as every call can. */
  readonly progress?: z.ZodType;
}

export const CALLS = {
  /** What a window needs to draw itself. */
  'app.start': {
    from: 'main',
    input: NONE,
    output: z.object({
      version: z.string(),
      platform: z.string(),
      /** BCP 47; the language of `texts`, and of times and numbers. */
      language: z.string(),
      /** The catalogue (main/texts/), ICU messages by key. */
      texts: z.record(z.string(), z.string()),
    }),
  },
  'app.copy': { from: 'main', input: z.strictObject({ text: z.string().max(1_000_000) }), output: NONE },

  'readiness.get': { from: 'main', input: NONE, output: readiness },

  /** Asks the plugged-in keys what they are, without PIN or touch. */
  'enroll.look': { from: 'main', input: NONE, output: enrollOutlook },
  'enroll.run': {
    from: 'main',
    input: z.strictObject({
      algorithm,
      publish: z.boolean(),
      /** Begin anew, whatever an earlier run left. */
      fresh: z.boolean(),
      /** Existing key files may be replaced; the old ones are kept beside. */
      overwrite: z.boolean(),
      /** A second security key, in case the first is lost: it gets files of its own. Throws BACKUP_NEEDS_ANOTHER_KEY. */
      backup: z.boolean().optional(),
      /** Which key, by the `path` of `enroll.look`, where several are plugged in. */
      device: filledLine.optional(),
    }),
    progress: enrollStep,
    output: enrollReport,
  },
  'publish.run': {
    from: 'main',
    input: z.strictObject({
      /** Which enrollment, by its id; absent: the one that is meant for the profile. Throws ENROLLED_KEY_UNKNOWN. */
      enrollment: filledLine.max(64).optional(),
    }),
    progress: enrollStep,
    output: publishReport,
  },

  /**
   * The keys that are plugged in and what each says of itself, without PIN or touch. None where they are reached through Windows
   * (`keyWay`): what is plugged in is not seen then.
   */
  'keys.list': {
    from: 'main',
    input: NONE,
    output: z.object({ keys: z.array(securityKey), keyWay: keyWay.optional() }),
  },
  /** Opens the page of Windows Settings where a key's PIN, fingerprints and reset are. Throws KEY_SETTINGS_NOT_OPENED. */
  'keys.open-settings': { from: 'main', input: NONE, output: NONE },
  /** Makes it blink, so that it can be told from others. */
  'keys.wink': { from: 'main', input: onKey, output: NONE },
  /** One setting of the key at a time. A longer minimum cannot be made shorter again. */
  'keys.configure': {
    from: 'main',
    input: z.strictObject({
      key: keyPath,
      change: z.union([
        z.strictObject({ alwaysUv: z.boolean() }),
        z.strictObject({ minPinLength: z.number().int().min(4).max(63) }),
      ]),
    }),
    progress: keyStep,
    output: NONE,
  },
  /** Erases everything on it, after `keys.agree`, and after it was unplugged, plugged in and touched. */
  'keys.reset': { from: 'main', input: onKey, progress: keyStep, output: NONE },
  /** Consent to the reset of that key, which waits for it: the word of `keys.reset-word`. Anything else ends the reset. */
  'keys.agree': {
    from: 'main',
    input: z.strictObject({ key: keyPath, consent }),
    output: z.object({ taken: z.boolean() }),
  },
  /** A first PIN. The PINs themselves are asked for by the prompts. */
  'pin.set': { from: 'main', input: onKey, progress: keyStep, output: NONE },
  'pin.change': { from: 'main', input: onKey, progress: keyStep, output: NONE },
  'credentials.list': { from: 'main', input: onKey, progress: keyStep, output: credentialList },
  'credentials.rename': {
    from: 'main',
    input: z.strictObject({ key: keyPath, credential: hexId, name: filledLine.max(64) }),
    progress: keyStep,
    output: z.object({ credential: residentCredential }),
  },
  /** Deletes this one and no other. `consent`: the word of `keys.delete-word`, needed where a login depends on it. */
  'credentials.delete': {
    from: 'main',
    input: z.strictObject({ key: keyPath, credential: hexId, consent: consent.optional() }),
    progress: keyStep,
    output: NONE,
  },
  'fingerprints.list': {
    from: 'main',
    input: onKey,
    progress: keyStep,
    output: z.object({ fingerprints: z.array(fingerprint), longestName: z.number().optional() }),
  },
  /** Takes the samples of one finger, then gives it its name. */
  'fingerprints.enroll': {
    from: 'main',
    input: z.strictObject({ key: keyPath, name: filledLine.max(64) }),
    progress: keyStep,
    output: z.object({ fingerprint }),
  },
  'fingerprints.rename': {
    from: 'main',
    input: z.strictObject({ key: keyPath, fingerprint: hexId, name: filledLine.max(64) }),
    progress: keyStep,
    output: z.object({ fingerprint }),
  },
  'fingerprints.remove': {
    from: 'main',
    input: z.strictObject({ key: keyPath, fingerprint: hexId }),
    progress: keyStep,
    output: NONE,
  },

  /** How the replacement of the key stands, from the disk alone. `published`: the key that could be replaced. */
  'rotation.get': {
    from: 'main',
    input: NONE,
    output: z.object({ rotation: rotation.optional(), published: enrollment.optional(), now: time }),
  },
  /** Does the step that is next, or gives the replacement up; before a key goes, its owner is asked by a prompt. */
  'rotation.run': {
    from: 'main',
    input: z.strictObject({ step: z.enum(['next', 'give-up']), device: keyPath.optional() }),
    progress: enrollStep,
    output: z.object({
      did: z.enum(['published', 'retired', 'turned-back', 'abandoned', 'declined', 'nothing']),
    }),
  },
  /** Takes in the SSH keys of a security key: files and knowledge here, nothing on the key changes. */
  'recovery.run': {
    from: 'main',
    input: z.strictObject({ key: keyPath.optional(), looksAtProfile: z.boolean() }),
    progress: recoveryStep,
    output: recoveryReport,
  },
  /** Which of several keys the run that waits takes, by their ids. */
  'recovery.choose': {
    from: 'main',
    input: z.strictObject({ ids: z.array(filledLine).max(256) }),
    output: z.object({ taken: z.boolean() }),
  },

  'targets.list': {
    from: 'main',
    input: NONE,
    output: z.object({ targets: z.array(target), defaultJump: z.string().nullable() }),
  },
  /**
   * Adds a target, or with `replaces` (its present name) changes one; whether it is a favourite stays. Throws TARGET_INVALID,
   * TARGET_NAME_INVALID, TARGET_EXISTS, TARGET_JUMP_UNKNOWN, TARGET_JUMP_LOOP, TARGET_IN_USE, TARGET_UNKNOWN.
   */
  'targets.save': {
    from: 'main',
    input: z.strictObject({
      name: line,
      role: targetRole,
      device: line,
      ways: z
        .array(z.strictObject({ kind: wayKind, jumps: z.array(line).max(16), device: line.optional() }))
        .min(1)
        .max(16),
      tags: z.array(line).max(64),
      notes: z.string().max(10_000),
      replaces: filledLine.optional(),
    }),
    output: z.object({ target }),
  },
  /** Throws TARGET_IN_USE where others go through it, unless `evenIfUsed`. */
  'targets.remove': {
    from: 'main',
    input: z.strictObject({ name: filledLine, evenIfUsed: z.boolean().optional() }),
    output: z.object({ removed: z.boolean() }),
  },
  'targets.favourite': {
    from: 'main',
    input: z.strictObject({ name: filledLine, isFavourite: z.boolean() }),
    output: NONE,
  },
  /**
   * What taking in the targets of a file would do: of one that a dialog of the system asks for, of the user's own ssh_config, or of the
   * one looked at last. Nothing is done. Without `import`: the dialog was closed. Throws TARGET_FILE_INVALID, TARGET_IN_USE.
   */
  'targets.look-at-file': {
    from: 'main',
    input: z.strictObject({ which: z.enum(['chosen', 'ssh-config', 'again']), update: z.boolean() }),
    output: z.object({ import: targetImport.optional() }),
  },
  /** Does what was looked at last, whole or not at all, where it is still this one. Throws TARGET_EXISTS, TARGET_UNKNOWN, TARGET_IMPORT_OTHER. */
  'targets.import': {
    from: 'main',
    input: z.strictObject({ id: filledLine.max(64) }),
    output: z.object({ added: z.number(), changed: z.number() }),
  },
  /** All targets into a new file, which a dialog of the system asks for. Without `file`: it was closed. */
  'targets.export': {
    from: 'main',
    input: z.strictObject({ format: z.enum(['csv', 'json', 'ssh-config']) }),
    output: z.object({ file: z.string().optional() }),
  },
  /** What is known of the keys of the hosts that its ways log in to. Throws TARGET_UNKNOWN, HOST_KEYS_UNUSABLE. */
  'targets.host-keys': {
    from: 'main',
    input: z.strictObject({ name: filledLine }),
    output: z.object({ hosts: z.array(hostKeys) }),
  },
  /** Takes what Glasskey's own known_hosts says of them out of it; the file as it was is kept. */
  'targets.forget-host-keys': {
    from: 'main',
    input: z.strictObject({ name: filledLine }),
    output: z.object({ lines: z.number() }),
  },
  /** The exact `ssh -J` command that a connect stands for. */
  'targets.command': {
    from: 'main',
    input: z.strictObject({ target: filledLine }),
    output: z.object({ command: z.string() }),
  },

  /** Rehearses logins without a shell; asks for the PIN and the touches in one prompt. Cancelled, what was rehearsed before is kept. */
  'drill.run': {
    from: 'main',
    input: z.strictObject({
      /** Saved names. */
      targets: z.array(filledLine).max(1000),
      also: z.enum(['all', 'favourites']).optional(),
      everyWay: z.boolean(),
    }),
    progress: drillEvent,
    output: z.object({ drills: z.array(drillRecord) }),
  },
  /** The rehearsals of the last 90 days, newest first. */
  'drill.list': { from: 'main', input: NONE, output: z.object({ drills: z.array(drillRecord), now: time }) },

  /**
   * Begins a session and answers at once; how it goes is told by `sessions.changed` and `session.output`. `way`: the number of a
   * saved way, from 1, or a kind; without it, those that are taken unasked. Throws CONNECT_NO_WAY and what a plan throws.
   */
  'sessions.open': {
    from: 'main',
    input: z.strictObject({
      target: filledLine,
      way: z.union([z.number().int().min(1), wayKind]).optional(),
      ...terminalSize,
    }),
    output: z.object({ id: sessionId }),
  },
  'sessions.list': { from: 'main', input: NONE, output: z.object({ sessions: z.array(session) }) },
  /** What was written so far (the last of it), and from now on `session.output` until the window is gone or attaches again. */
  'sessions.attach': {
    from: 'main',
    input: z.strictObject({ id: sessionId }),
    output: z.object({ replay: bytes }),
  },
  'sessions.write': {
    from: 'main',
    input: z.strictObject({ id: sessionId, text: z.string().max(1_000_000) }),
    output: NONE,
  },
  /** Output that the terminal has drawn; without it, the session is paused after a while. */
  'sessions.drawn': {
    from: 'main',
    input: z.strictObject({ id: sessionId, bytes: z.number().int().nonnegative() }),
    output: NONE,
  },
  'sessions.resize': { from: 'main', input: z.strictObject({ id: sessionId, ...terminalSize }), output: NONE },
  /** Ends it; one that has ended is taken off the list. */
  'sessions.end': { from: 'main', input: z.strictObject({ id: sessionId }), output: NONE },

  /** Begins one that has ended anew, in its place: a PIN and touches, as at first. Throws SESSION_STILL_RUNNING. */
  'sessions.reconnect': { from: 'main', input: z.strictObject({ id: sessionId }), output: NONE },
  /** Begins or ends a recording. Throws RECORDING_REQUIRED, RECORDING_WRITE_FAILED, SESSION_ENDED. */
  'sessions.record': { from: 'main', input: z.strictObject({ id: sessionId, isOn: z.boolean() }), output: NONE },

  /** The newest first. `folder`: where the files are. */
  'recordings.list': {
    from: 'main',
    input: NONE,
    output: z.object({ recordings: z.array(recording), folder: z.string() }),
  },
  /** Some of its events, from the one of that number on; `next`: from which on there are more. Throws RECORDING_UNKNOWN, RECORDING_MALFORMED. */
  'recordings.read': {
    from: 'main',
    input: z.strictObject({ name: recordingName, from: z.number().int().nonnegative() }),
    output: z.object({
      size: z.object({ columns: z.number(), rows: z.number() }),
      startedAt: time.optional(),
      title: z.string().optional(),
      subject: recordingSubject.optional(),
      /** False: its last line was cut off, and left out. */
      isWhole: z.boolean(),
      events: z.array(recordedEvent),
      next: z.number().optional(),
    }),
  },
  /** Throws RECORDING_RUNNING. */
  'recordings.remove': {
    from: 'main',
    input: z.strictObject({ name: recordingName }),
    output: z.object({ removed: z.boolean() }),
  },
  /** Asks where to by a dialog of the system, and copies it there; without `file` it was declined. */
  'recordings.export': {
    from: 'main',
    input: z.strictObject({ name: recordingName }),
    output: z.object({ file: z.string().optional() }),
  },

  /** What needs attention (the weightiest first), what comes until `until`, and what was done (newest first). */
  'reminders.list': {
    from: 'main',
    input: NONE,
    output: z.object({
      open: z.array(reminder),
      /** By time: from `at` on it is so pressing. */
      upcoming: z.array(z.object({ id: z.string(), title: z.string(), severity, at: time })),
      done: z.array(z.object({ id: z.string(), title: z.string(), endedAt: time })),
      now: time,
      until: time,
      /** Why no calendar is kept current, where one should be. */
      calendarFault: errorSchema.optional(),
    }),
  },
  /** Throws REMINDER_UNKNOWN, as the next two do. */
  'reminders.snooze': {
    from: 'main',
    input: z.strictObject({ id: reminderId, days: z.number().int().min(1).max(90) }),
    output: NONE,
  },
  'reminders.dismiss': {
    from: 'main',
    input: z.strictObject({ id: reminderId, because: filledLine.max(500) }),
    output: NONE,
  },
  /** Takes a snooze or a dismissal back. */
  'reminders.restore': { from: 'main', input: z.strictObject({ id: reminderId }), output: NONE },
  /** All of them as a calendar, into a file that a dialog of the system asks for. Without `file`: it was closed. */
  'reminders.export-calendar': { from: 'main', input: NONE, output: z.object({ file: z.string().optional() }) },
  /** Throws SCHEDULE_FILE_FOREIGN, SCHEDULE_NOT_SWITCHED_ON, SCHEDULE_UNSUPPORTED. */
  'reminders.schedule': {
    from: 'main',
    input: z.strictObject({ step: z.enum(['look', 'install', 'remove']) }),
    output: checkSchedule,
  },

  'settings.list': { from: 'main', input: NONE, output: z.object({ settings: z.array(setting), file: z.string() }) },
  /** Throws SETTING_INVALID. */
  'settings.set': {
    from: 'main',
    input: z.strictObject({ key: filledLine, value: settingValue }),
    output: z.object({ setting }),
  },
  'settings.reset': {
    from: 'main',
    input: z.strictObject({ key: filledLine }),
    output: z.object({ setting }),
  },

  'agent.status': { from: 'main', input: NONE, output: agent },
  /** What the agents were asked to sign, newest first. */
  'agent.activity': {
    from: 'main',
    input: z.strictObject({ limit: z.number().int().min(1).max(1000) }),
    output: z.object({ requests: z.array(agentRequest) }),
  },
  /** Of each enrolled key, newest first. */
  'agent.policies': { from: 'main', input: NONE, output: z.object({ policies: z.array(keyPolicy) }) },
  /** Changes what is given; null: as the settings say, from now on. Throws SETTING_FIXED, ENROLLED_KEY_UNKNOWN. */
  'agent.set-policy': {
    from: 'main',
    input: z.strictObject({
      /** Its fingerprint. */
      key: filledLine,
      ask: askPolicy.nullable().optional(),
      forwarded: forwardedPolicy.nullable().optional(),
    }),
    output: z.object({ policy: keyPolicy }),
  },

  /** The user's other agent, as `agent.passThrough` names it, asked now. */
  'agent.pass-through': {
    from: 'main',
    input: NONE,
    output: z.object({
      /** `own-socket`: the setting leads to the agent itself. `silent`: something listens there, and does not answer. */
      state: z.enum(['off', 'own-socket', 'absent', 'silent', 'answers']),
      socketPath: z.string().optional(),
      keys: z.array(z.object({ fingerprint: z.string(), comment: z.string() })),
    }),
  },

  /** How saved targets are known to other programs, from the disk. Throws HOST_KEYS_UNUSABLE, CONNECT_PATH_UNUSABLE, SSH_CONFIG_UNUSABLE. */
  'ssh-config.get': { from: 'main', input: NONE, output: sshConfig },
  /** The entries as they would be written now. */
  'ssh-config.entries': { from: 'main', input: NONE, output: z.object({ text: z.string() }) },
  /**
   * Writes the entries, and, after a prompt has asked, the line into the user's own file, whose former text is kept (`keptAs`). Throws
   * CANCELLED, SSH_CONFIG_ASKED, SSH_CONFIG_UNUSABLE, SSH_CONFIG_REFUSED, SSH_MISSING, FILE_WRITE_FAILED; nothing was changed then.
   */
  'ssh-config.install': {
    from: 'main',
    input: NONE,
    output: z.object({ config: sshConfig, keptAs: z.string().optional() }),
  },
  /** Takes exactly that line away, after a prompt has asked, and the entries. */
  'ssh-config.remove': { from: 'main', input: NONE, output: z.object({ config: sshConfig }) },

  'prompts.show': { from: 'prompt', input: NONE, output: promptQueue },
  'prompts.answer': {
    from: 'prompt',
    input: z.strictObject({ id: z.string().min(1).max(64), answer: promptAnswer }),
    output: NONE,
  },
  /** The height that the document needs, in CSS pixels. */
  'prompts.fit': {
    from: 'prompt',
    input: z.strictObject({ height: z.number().int().min(1).max(10_000) }),
    output: NONE,
  },
} as const satisfies Readonly<Record<string, CallShape>>;

// --- The events ------------------------------------------------------------------------------------------------------------

export interface EventShape {
  readonly to: WindowKind;
  readonly payload: z.ZodType;
}

export const EVENTS = {
  /** Something that `readiness.get` or `enroll.look` tells has changed: a key plugged in or out, a step of an enrollment. */
  'readiness.changed': { to: 'main', payload: NONE },
  /** A security key was plugged in or out, or something on one was changed. */
  'keys.changed': { to: 'main', payload: NONE },
  'targets.changed': { to: 'main', payload: NONE },
  /** Something was rehearsed. */
  'drills.changed': { to: 'main', payload: NONE },
  /** What `reminders.list` tells has changed. */
  'reminders.changed': { to: 'main', payload: NONE },
  'settings.changed': { to: 'main', payload: NONE },
  'agent.changed': { to: 'main', payload: agent },
  'ssh-config.changed': { to: 'main', payload: NONE },
  'sessions.changed': { to: 'main', payload: z.object({ sessions: z.array(session) }) },
  'session.output': { to: 'main', payload: z.object({ id: sessionId, data: bytes }) },
  /** The menu, the tray, a notification or a link wants a screen to be shown. */
  'app.go': {
    to: 'main',
    payload: z.object({
      screen: z.enum(['readiness', 'enroll', 'security-keys', 'devices', 'sessions', 'reminders', 'settings']),
      session: sessionId.optional(),
      /** Of `settings`: which part to bring to the top. */
      part: z.enum(['agent', 'programs', 'activity']).optional(),
      /** Of `reminders`: the one whose remedy is begun at once. */
      act: reminderId.optional(),
    }),
  },
  'prompts.changed': { to: 'prompt', payload: promptQueue },
} as const satisfies Readonly<Record<string, EventShape>>;

// --- Types for both sides --------------------------------------------------------------------------------------------------

export type CallName = keyof typeof CALLS;
export type CallInput<N extends CallName> = z.output<(typeof CALLS)[N]['input']>;
export type CallOutput<N extends CallName> = z.output<(typeof CALLS)[N]['output']>;
export type CallProgress<N extends CallName> = (typeof CALLS)[N] extends { progress: infer P extends z.ZodType }
  ? z.output<P>
  : never;
export type EventName = keyof typeof EVENTS;
export type EventPayload<N extends EventName> = z.output<(typeof EVENTS)[N]['payload']>;

export type CrossedError = z.output<typeof errorSchema>;
export type Readiness = z.output<typeof readiness>;
export type ChainLink = z.output<typeof chainLink>;
export type EnrollmentView = z.output<typeof enrollment>;
export type EnrolledKeyView = Readiness['enrollments'][number];
export type KeyWayView = z.output<typeof keyWay>;
export type EnrollOutlook = z.output<typeof enrollOutlook>;
export type EnrollStep = z.output<typeof enrollStep>;
export type EnrollReportView = z.output<typeof enrollReport>;
export type PublishReportView = z.output<typeof publishReport>;
export type SecurityKeyView = z.output<typeof securityKey>;
export type AdvisoryView = z.output<typeof advisory>;
export type CredentialListView = z.output<typeof credentialList>;
export type ResidentCredentialView = z.output<typeof residentCredential>;
export type AttestationView = z.output<typeof attestationVerdict>;
export type ResetLossView = z.output<typeof resetLoss>;
export type FingerprintView = z.output<typeof fingerprint>;
export type KeyStep = z.output<typeof keyStep>;
export type RotationView = z.output<typeof rotation>;
export type RotationStep = CallOutput<'rotation.run'>['did'];
export type RecoverableKeyView = z.output<typeof recoverableKey>;
export type RecoveryStep = z.output<typeof recoveryStep>;
export type RecoveryReportView = z.output<typeof recoveryReport>;
export type DrillStepView = z.output<typeof drillStep>;
export type DrillView = z.output<typeof drillRecord>;
export type DrillEventView = z.output<typeof drillEvent>;
export type TargetView = z.output<typeof target>;
export type SessionView = z.output<typeof session>;
export type RecordingView = z.output<typeof recording>;
export type RecordedEventView = z.output<typeof recordedEvent>;
export type ReminderView = z.output<typeof reminder>;
export type RemedyActionView = z.output<typeof remedyAction>;
export type ReminderListView = CallOutput<'reminders.list'>;
export type CheckScheduleView = z.output<typeof checkSchedule>;
export type SettingView = z.output<typeof setting>;
export type SettingValueView = z.output<typeof settingValue>;
export type AgentRequestView = z.output<typeof agentRequest>;
export type SshConfigView = z.output<typeof sshConfig>;
export type KeyPolicyView = z.output<typeof keyPolicy>;
export type AgentView = z.output<typeof agent>;
export type PromptView = z.output<typeof prompt>;
export type PromptQueueView = z.output<typeof promptQueue>;
export type PromptAnswer = z.output<typeof promptAnswer>;

export type { Catalogue, TextKey, TextValue, TextValues } from '../texts/catalogue.ts';

// --- The wire --------------------------------------------------------------------------------------------------------------

/** The names of the channels between preload and binder; nothing else is ever sent. */
export const CHANNELS = {
  call: 'glasskey:call',
  cancel: 'glasskey:cancel',
  progress: 'glasskey:progress',
  event: 'glasskey:event',
} as const;

/** What a call sends. `id` is the window's own, by which it may be cancelled. */
export const callMessageSchema = z.strictObject({
  id: z.number().int().nonnegative(),
  name: z.string().max(64),
  input: z.unknown(),
});

/** What comes back. An error is an answer, not an exception: exceptions cross as text only. */
export type CallReply =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly error: CrossedError };

export interface ProgressMessage {
  readonly id: number;
  readonly value: unknown;
}

export interface EventMessage {
  readonly name: EventName;
  readonly payload: unknown;
}

/** What the preload exposes as `window.glasskey`: the wire and no more. renderer/contract-client.ts gives it its types. */
export interface ContractBridge {
  /** `id`: chosen by the window, not used by a call that is under way. */
  call(id: number, name: string, input: unknown): Promise<CallReply>;
  cancel(id: number): void;
  onProgress(receive: (message: ProgressMessage) => void): void;
  onEvent(receive: (message: EventMessage) => void): void;
}
