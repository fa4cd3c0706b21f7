/** Do the tests run us? What costs time or is strict beyond what callers need is checked there alone. */
export const underTest = process.env.VITEST !== undefined;
