// jsdom has no animations; headless components ask for them when something opens or closes.
Element.prototype.animate ??= () => ({ cancel() {}, finished: Promise.resolve(), onfinish: null }) as unknown as Animation;
