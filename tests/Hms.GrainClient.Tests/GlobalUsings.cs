global using ErrorCode = Hms.Protocol.ErrorCode;
