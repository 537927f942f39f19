/*
 * An ssh.exe for tests. There is no OpenSSH for Windows under Wine: this program takes its place, and lets the ssh of the computer that runs
 * the tests log in. It tells the test's service (ssh-service.ts) over TCP how it was called, carries its standard handles there and back, and
 * ends as that ssh ended. It reads no option but -V, and no file.
 *
 * What the agent is asked goes through this process: where that ssh wants its agent, this program opens the named pipe, so that the agent sees
 * what it would see of ssh.exe, a client process of that name.
 *
 * It proves what Glasskey gives to ssh.exe and takes from it. It proves nothing of how OpenSSH for Windows itself reads its arguments and its
 * configuration, starts the ssh of a hop, or checks the access lists of files (docs/windows.md).
 *
 * GLASSKEY_TEST_SSH_PORT names the port on 127.0.0.1. What is sent first are lines `name=hex`, UTF-8, and an empty one. Then both ends send
 * frames: one letter, a length of 4 bytes (big-endian), the bytes. To the service: `i`, of standard input, without bytes at its end. From
 * it: `o` and `e`, for standard output and error; `a`, an agent is wanted: a number, a space and the pipe's name; `x`, the exit status as 4 bytes.
 */
#include <winsock2.h>
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SSH_FAILED 255
/* Longest message that ssh itself takes from an agent (authfd.c, MAX_AGENT_REPLY_LEN). */
#define LONGEST_MESSAGE (256 * 1024)

static void fail(const char *why) {
  fprintf(stderr, "ssh.exe of the tests: %s\n", why);
  fflush(stderr);
  ExitProcess(SSH_FAILED);
}

/* ---- the service ---- */

static int send_all(SOCKET to, const void *bytes, int length) {
  const char *at = bytes;
  while (length > 0) {
    int sent = send(to, at, length, 0);
    if (sent <= 0) return 0;
    at += sent;
    length -= sent;
  }
  return 1;
}

static int receive_all(SOCKET from, void *bytes, int length) {
  char *at = bytes;
  while (length > 0) {
    int got = recv(from, at, length, 0);
    if (got <= 0) return 0;
    at += got;
    length -= got;
  }
  return 1;
}

static SOCKET open_service(void) {
  char text[16] = "";
  SOCKET service = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  struct sockaddr_in address = {0};
  GetEnvironmentVariableA("GLASSKEY_TEST_SSH_PORT", text, sizeof text);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((unsigned short)atoi(text));
  if (connect(service, (struct sockaddr *)&address, sizeof address) == 0) return service;
  closesocket(service);
  return INVALID_SOCKET;
}

static void send_line(SOCKET to, const char *name, const wchar_t *value) {
  char text[4 * 32768], hex[3];
  int length = WideCharToMultiByte(CP_UTF8, 0, value, -1, text, sizeof text, NULL, NULL);
  send_all(to, name, (int)strlen(name));
  send_all(to, "=", 1);
  for (int at = 0; at + 1 < length; at++) {
    snprintf(hex, sizeof hex, "%02x", (unsigned char)text[at]);
    send_all(to, hex, 2);
  }
  send_all(to, "\n", 1);
}

static void send_variable(SOCKET to, const char *name, const wchar_t *variable) {
  wchar_t value[32768];
  DWORD length = GetEnvironmentVariableW(variable, value, 32768);
  if (length > 0 && length < 32768) send_line(to, name, value);
}

static unsigned big_endian(const unsigned char *bytes) {
  return (unsigned)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static int send_frame(SOCKET to, char kind, const void *bytes, unsigned length) {
  unsigned char head[] = {(unsigned char)kind, length >> 24, length >> 16 & 255, length >> 8 & 255, length & 255};
  return send_all(to, head, sizeof head) && send_all(to, bytes, (int)length);
}

/* ---- standard handles ---- */

static DWORD WINAPI carry_input(void *service) {
  HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
  char bytes[4096];
  DWORD got;
  while (ReadFile(input, bytes, sizeof bytes, &got, NULL) && got > 0) {
    if (!send_frame((SOCKET)service, 'i', bytes, got)) return 0;
  }
  send_frame((SOCKET)service, 'i', "", 0);
  return 0;
}

static void write_all(HANDLE to, const char *bytes, DWORD length) {
  DWORD written;
  while (length > 0 && WriteFile(to, bytes, length, &written, NULL)) {
    bytes += written;
    length -= written;
  }
}

/* ---- the agent ---- */

static int pipe_all(HANDLE pipe, int writes, char *bytes, DWORD length) {
  DWORD done;
  while (length > 0) {
    BOOL went = writes ? WriteFile(pipe, bytes, length, &done, NULL) : ReadFile(pipe, bytes, length, &done, NULL);
    if (!went || done == 0) return 0;
    bytes += done;
    length -= done;
  }
  return 1;
}

/* As contrib/win32/win32compat/fileio.c of OpenSSH for Windows: a server may know who asks, and not act as them. */
static HANDLE open_pipe(const wchar_t *name) {
  for (;;) {
    HANDLE pipe = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                              SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
    if (pipe != INVALID_HANDLE_VALUE || GetLastError() != ERROR_PIPE_BUSY) return pipe;
    if (!WaitNamedPipeW(name, 5000)) return INVALID_HANDLE_VALUE;
  }
}

/* Of one client: a question there, an answer back (draft-miller-ssh-agent, section 3), until either end closes. `about`: of an `a` frame; freed. */
static DWORD WINAPI carry_agent(void *about) {
  wchar_t name[512], number[16] = L"";
  char *message = malloc(4 + LONGEST_MESSAGE);
  char *space = strchr(about, ' ');
  SOCKET service = open_service();
  HANDLE pipe = INVALID_HANDLE_VALUE;
  if (message == NULL || space == NULL) abort();
  *space = 0;
  MultiByteToWideChar(CP_UTF8, 0, about, -1, number, 16);
  MultiByteToWideChar(CP_UTF8, 0, space + 1, -1, name, 512);
  send_line(service, "agent", number);
  send_all(service, "\n", 1);
  pipe = open_pipe(name);
  while (pipe != INVALID_HANDLE_VALUE) {
    unsigned length;
    if (!receive_all(service, message, 4)) break;
    length = big_endian((unsigned char *)message);
    if (length > LONGEST_MESSAGE || !receive_all(service, message + 4, (int)length)) break;
    if (!pipe_all(pipe, 1, message, 4 + length) || !pipe_all(pipe, 0, message, 4)) break;
    length = big_endian((unsigned char *)message);
    if (length > LONGEST_MESSAGE || !pipe_all(pipe, 0, message + 4, length)) break;
    if (!send_all(service, message, (int)(4 + length))) break;
  }
  if (pipe != INVALID_HANDLE_VALUE) CloseHandle(pipe);
  closesocket(service);
  free(message);
  free(about);
  return 0;
}

/* ---- the program ---- */

int wmain(int argc, wchar_t **argv) {
  WSADATA data;
  SOCKET service;
  wchar_t folder[32768];
  unsigned char head[5];

  if (argc == 2 && wcscmp(argv[1], L"-V") == 0) {
    fputs("OpenSSH_for_Windows_9.5p1, the ssh.exe of Glasskey's tests\r\n", stderr);
    return 0;
  }
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) fail("WSAStartup failed");
  service = open_service();
  if (service == INVALID_SOCKET) fail("no service answers on GLASSKEY_TEST_SSH_PORT");
  for (int at = 1; at < argc; at++) send_line(service, "argument", argv[at]);
  GetCurrentDirectoryW(32768, folder);
  send_line(service, "folder", folder);
  send_variable(service, "path", L"PATH");
  send_variable(service, "authSock", L"SSH_AUTH_SOCK");
  send_all(service, "\n", 1);
  CloseHandle(CreateThread(NULL, 0, carry_input, (void *)service, 0, NULL));
  while (receive_all(service, head, sizeof head)) {
    unsigned length = big_endian(head + 1);
    char *bytes = calloc(length + 1, 1);
    if (bytes == NULL) abort();
    if (!receive_all(service, bytes, (int)length)) break;
    if (head[0] == 'o') write_all(GetStdHandle(STD_OUTPUT_HANDLE), bytes, length);
    if (head[0] == 'e') write_all(GetStdHandle(STD_ERROR_HANDLE), bytes, length);
    if (head[0] == 'x' && length == 4) ExitProcess(big_endian((unsigned char *)bytes));
    if (head[0] == 'a') CloseHandle(CreateThread(NULL, 0, carry_agent, bytes, 0, NULL));
    else free(bytes);
  }
  fail("the service has gone");
  return SSH_FAILED;
}
