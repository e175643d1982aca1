import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chat.settings")

django_application = get_asgi_application()


async def echo(receive, send):
    while True:
        message = await receive()
        if message["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        elif message["type"] == "websocket.disconnect":
            return
        else:
            await send({"type": "websocket.send", "text": "echo: " + (message.get("text") or "")})


async def application(scope, receive, send):
    if scope["type"] == "websocket":
        await echo(receive, send)
    else:
        await django_application(scope, receive, send)
