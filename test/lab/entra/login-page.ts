/** The login form, for a person's browser and for browser.ts alike. */

export interface LoginPage {
  readonly action: string;
  readonly loginHint: string;
  /** Shown above the form; empty the first time. */
  readonly fault: string;
}

export function loginPage(page: LoginPage): string {
  const fault = page.fault === '' ? '' : `<p role="alert">${escapeHtml(page.fault)}</p>`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Sign in to the lab</title></head>
<body>
<main>
<h1>Sign in to the lab</h1>
${fault}
<form method="post" action="${escapeHtml(page.action)}">
<p><label>User name <input name="username" autocomplete="username" required value="${escapeHtml(page.loginHint)}"></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button type="submit" name="decision" value="sign-in">Sign in</button>
<button type="submit" name="decision" value="decline" formnovalidate>Cancel</button></p>
</form>
</main>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
