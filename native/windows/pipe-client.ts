/**
 * How a pipe is opened as its client: whoever serves it may learn who we are, and may not act as us. Without these flags a service that has
 * taken a pipe's name may (ImpersonateNamedPipeClient).
 *
 * node's `net.connect` passes no such flags: libuv opens pipes without (src/win/pipe.c, up to 1.52.2). What is connected to that way (our
 * agent for its status, the user's other agent) could be acted as by a service, if one had taken that name: Windows lets only those
 * impersonate that hold SeImpersonatePrivilege, and gives everybody else the identity alone. Where that matters, whose the pipe is has to
 * be asked first, by a handle of this kind, as before the app's sessions are talked to (main/connect/sessions-pipe.ts).
 */

// winbase.h. Of files, the first means something else.
const SECURITY_SQOS_PRESENT = 0x0010_0000;
const SECURITY_IDENTIFICATION = 0x0001_0000;

/** For `dwFlagsAndAttributes` of CreateFileW, of pipes alone. */
export const PIPE_CLIENT_FLAGS = SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION;
