// Paragraphs as paragraphs: what is stored keeps <p>, not the editor's own <div>.
Trix.config.blockAttributes.default.tagName = "p";
Trix.config.blockAttributes.default.breakOnReturn = true;
