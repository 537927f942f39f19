/*
 * Prints, for each pipe that it is named, its access list as read back from its handle, and what that list would let the account of this process
 * do there, as AccessCheck of this Windows says: `D:P(…) 001f01ff`. Wine opens every pipe to everybody; its AccessCheck is a real one.
 */
#include <windows.h>
#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>

static void fail(const char *what, DWORD code) {
  fprintf(stderr, "%s failed with %lu\n", what, code);
  ExitProcess(1);
}

/* What may be done to a pipe of that list by whoever owns it not: the owner may always change the list. */
static DWORD allowed_by(const wchar_t *list, HANDLE account) {
  GENERIC_MAPPING mapping = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS};
  PRIVILEGE_SET privileges[8];
  DWORD size = sizeof privileges, allowed = 0;
  wchar_t text[1024];
  PSECURITY_DESCRIPTOR descriptor;
  BOOL granted;
  swprintf(text, 1024, L"O:SYG:SY%ls", list);
  if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1, &descriptor, NULL)) fail("the list", GetLastError());
  if (!AccessCheck(descriptor, account, MAXIMUM_ALLOWED, &mapping, privileges, &size, &allowed, &granted)) fail("AccessCheck", GetLastError());
  LocalFree(descriptor);
  return granted ? allowed : 0;
}

int wmain(int argc, wchar_t **argv) {
  HANDLE own, account;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY, &own)) fail("OpenProcessToken", GetLastError());
  if (!DuplicateToken(own, SecurityImpersonation, &account)) fail("DuplicateToken", GetLastError());
  for (int at = 1; at < argc; at++) {
    PSECURITY_DESCRIPTOR descriptor;
    wchar_t *list;
    HANDLE pipe = CreateFileW(argv[at], READ_CONTROL, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD code;
    if (pipe == INVALID_HANDLE_VALUE) fail("CreateFileW", GetLastError());
    code = GetSecurityInfo(pipe, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, NULL, NULL, &descriptor);
    if (code != ERROR_SUCCESS) fail("GetSecurityInfo", code);
    if (!ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &list, NULL)) {
      fail("ConvertSecurityDescriptorToStringSecurityDescriptorW", GetLastError());
    }
    printf("%ls %08lx\n", list, allowed_by(list, account));
    CloseHandle(pipe);
  }
  return 0;
}
