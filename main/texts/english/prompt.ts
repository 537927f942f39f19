/** Texts of this part of the app. */
export const PROMPT = {
  'prompt.title': 'Prompt',
} as const;
