/** Of an answer that no filter restricts. */
export const nothingLeftOut = { undated: 0, without_patient: 0 };
