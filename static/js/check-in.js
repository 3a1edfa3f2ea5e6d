// Reads codes of tickets with the camera, where the browser can; they go the way of a code that is typed.
(async () => {
  const form = document.querySelector("form[data-code]");
  const field = form.elements.code;
  document.addEventListener("htmx:afterSwap", ({ detail: { requestConfig } }) => {
    if (requestConfig.elt === form) field.value = "";
  });

  const formats = (await window.BarcodeDetector?.getSupportedFormats()) ?? [];
  if (!formats.includes("qr_code") || !navigator.mediaDevices) return;

  const place = document.querySelector("[data-camera]");
  const [button, video] = [place.querySelector("[data-camera-button]"), place.querySelector("video")];
  const refused = place.querySelector("[data-camera-refused]");
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const PAUSE = 250; // ms between looks
  const SAME = 4000; // ms in which a code that stays before the camera is sent once
  let [last, at] = ["", 0];

  const look = async () => {
    if (!video.srcObject) return;
    const [code] = await detector.detect(video);
    if (code && !(code.rawValue === last && Date.now() - at < SAME)) {
      field.value = code.rawValue.slice(0, field.maxLength);
      form.requestSubmit();
      navigator.vibrate?.(80);
      last = code.rawValue;
    }
    if (code) at = Date.now();
    setTimeout(look, PAUSE);
  };

  const turn = (stream) => {
    video.srcObject?.getTracks().forEach((track) => track.stop());
    video.srcObject = stream;
    video.hidden = !stream;
    button.setAttribute("aria-pressed", Boolean(stream));
  };

  button.addEventListener("click", async () => {
    if (video.srcObject) return turn(null);
    refused.hidden = true;
    try {
      turn(await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }));
    } catch {
      refused.hidden = false;
      return;
    }
    await video.play();
    look();
  });
  place.hidden = false;
})();
