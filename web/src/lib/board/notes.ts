// Notes that may be about somebody's health are drawn so that nobody overlooks them. Rather one too many.
const words =
	/allerg|anaphyla|intoleran|intolér|c(?:o|œ|oe)eliac|cœliaque|\bnuts?\b|peanut|almond|hazelnut|sesame|gluten|lactose|\bsoya?\b|arachide|cacahu|\bnoix\b|noisette|amande|sésame|\bsoja\b|épipen|epipen|حساسي|حساسة|مكسرات|لوز|فول سوداني|جوز|بندق|سمسم|غلوتين|جلوتين|لاكتوز|صويا/i;

export const looksLikeAllergy = (note: string): boolean => words.test(note.normalize('NFC'));
