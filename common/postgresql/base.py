import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Whether the server still holds the connection.

        One that it has closed has its farewell waiting to be read; while none is asked for, nothing else comes.
        Django asks the server instead (SELECT 1), which costs each request a way there and back.
        """
        if self.connection is None or self.connection.closed:
            return False
        farewell = select.poll()
        farewell.register(self.connection, select.POLLIN)
        return not farewell.poll(0)
