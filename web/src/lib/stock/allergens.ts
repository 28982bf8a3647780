/** The fourteen of the European Union (Regulation 1169/2011, annex II), in the words that the chain keeps. */
export const allergens = [
	'gluten', 'milk', 'eggs', 'nuts', 'peanuts', 'soya', 'sesame', 'celery', 'mustard', 'fish', 'crustaceans', 'molluscs', 'lupin', 'sulphites'
] as const;
